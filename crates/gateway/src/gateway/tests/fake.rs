//! Channels that do as told, and the journal of what their providers saw.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use fanfare_core::{
    Account, Attempt, Budget, ChannelName, Digest, Egress, Limits, Notification, NotificationId, Notifier,
    Receipt, Refusal, SendError, Severity,
};
use tokio::time::Instant;

use super::harness::{MINUTE, SECOND};
use crate::{ChannelSetup, SELF_SOURCE};

/// What a provider does with a message.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Take,
    /// Takes it for some recipients only.
    TakePart {
        refused: &'static [&'static str],
        deferred: &'static [&'static str],
    },
    Fail(SendError),
    Hang,
    Panic,
    /// Takes it after so long.
    TakeAfter(Duration),
}

/// What a provider saw.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) channel: &'static str,
    /// Since the test began.
    pub(super) at: Duration,
    /// How many this channel had seen before, without those that tell only of ourselves.
    pub(super) nth: usize,
    /// What it told: several in a digest.
    pub(super) told: Vec<Arc<Notification>>,
    pub(super) attempt: Attempt,
    /// With which settings.
    pub(super) version: u32,
    /// What it did; `None` until it is known.
    pub(super) answer: Option<Answer>,
}

impl Call {
    /// What a message tells that is no digest.
    #[track_caller]
    pub(super) fn notification(&self) -> &Notification {
        match self.told.as_slice() {
            [one] => one,
            several => panic!("a digest of {}", several.len()),
        }
    }

    /// Whether it tells only of ourselves.
    pub(super) fn is_about_us(&self) -> bool {
        self.told.iter().all(|it| it.alert.text_of("source") == SELF_SOURCE)
    }

    /// The numbers of what it told.
    pub(super) fn ids(&self) -> Vec<NotificationId> {
        self.told.iter().map(|it| it.id).collect()
    }

    /// How bad the worst of it is.
    pub(super) fn severity(&self) -> Severity {
        self.told.iter().map(|it| it.alert.severity).max().unwrap()
    }

    /// Whom it was about, in the order in which they were told.
    pub(super) fn euis(&self) -> Vec<&str> {
        self.told.iter().map(|it| it.alert.text_of("eui")).collect()
    }

    /// Whether the provider took it.
    pub(super) fn was_taken(&self) -> bool {
        matches!(self.answer, Some(Answer::Take | Answer::TakePart { .. }))
    }
}

/// Every call of every channel, in order; like a provider, it outlives the gateway.
#[derive(Debug)]
pub(super) struct Journal {
    began: Instant,
    calls: Mutex<Vec<Call>>,
}

impl Journal {
    pub(super) fn begin() -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), calls: Mutex::default() })
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn number_of_calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }
}

type Script = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

/// A scripted channel.
#[derive(Clone)]
pub(super) struct Fake {
    pub(super) name: &'static str,
    limits: Limits,
    timeout: Duration,
    pub(super) capacity: usize,
    version: u32,
    script: Script,
}

impl Fake {
    /// A channel that takes everything, without a limit, one at a time.
    pub(super) fn new(name: &'static str) -> Self {
        let limits = Limits {
            account: Account::new("fake", &[name]),
            egress: Egress::new(&format!("https://{name}.example.com"), None),
            budgets: Vec::new(),
            quota: None,
            concurrency: NonZeroUsize::MIN,
        };
        let script: Script = Arc::new(|_| Answer::Take);
        Self { name, limits, timeout: 10 * SECOND, capacity: usize::MAX, version: 0, script }
    }

    pub(super) fn answering(mut self, script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        self.script = Arc::new(script);
        self
    }

    pub(super) fn of_account(mut self, name: &str) -> Self {
        self.limits.account = Account::new("fake", &[name]);
        self
    }

    pub(super) fn by_way_of(mut self, egress: &str) -> Self {
        self.limits.egress = Egress::new(egress, None);
        self
    }

    pub(super) fn twenty_a_minute(self) -> Self {
        self.with_budget(Budget { messages: NonZeroU32::new(20).unwrap(), per: MINUTE })
    }

    pub(super) fn with_budget(mut self, budget: Budget) -> Self {
        self.limits.budgets = vec![budget];
        self
    }

    pub(super) fn at_once(mut self, concurrency: usize) -> Self {
        self.limits.concurrency = NonZeroUsize::new(concurrency).unwrap();
        self
    }

    /// One attempt may take so long.
    pub(super) fn patient_for(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// One message has room for so many notifications.
    pub(super) fn with_room_for(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// The same channel after so many changes of its settings.
    pub(super) fn of_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// It as a config would describe it.
    pub(super) fn setup(&self, journal: &Arc<Journal>) -> ChannelSetup {
        ChannelSetup {
            name: ChannelName::from(self.name),
            kind: "fake",
            version: self.version.to_string(),
            notifier: Arc::new(Speaker { fake: self.clone(), journal: Arc::clone(journal) }),
            limits: self.limits.clone(),
            timeout: self.timeout,
            rotated_at: None,
            drill: None,
        }
    }
}

struct Speaker {
    fake: Fake,
    journal: Arc<Journal>,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fake.name)
    }
}

impl Speaker {
    async fn tell(&self, told: Vec<Arc<Notification>>, attempt: &Attempt) -> Result<Receipt, SendError> {
        let (index, answer) = self.note(told, attempt);
        let taken = Receipt { words: "errcode 0: ok".to_owned(), ..Receipt::default() };
        match answer {
            Answer::Take => Ok(taken),
            Answer::TakePart { refused, deferred } => {
                Ok(Receipt { refused: refusals(refused), deferred: refusals(deferred), ..taken })
            }
            Answer::Fail(err) => Err(err),
            Answer::Hang => std::future::pending().await,
            Answer::Panic => panic!("a bug in a channel"),
            Answer::TakeAfter(time) => {
                tokio::time::sleep(time).await;
                self.journal.calls.lock().unwrap()[index].answer = Some(Answer::Take);
                Ok(taken)
            }
        }
    }

    /// Enters the call in the journal, and asks the script what to do.
    fn note(&self, told: Vec<Arc<Notification>>, attempt: &Attempt) -> (usize, Answer) {
        let mut calls = self.journal.calls.lock().unwrap();
        let mut call = Call {
            channel: self.fake.name,
            at: self.journal.now(),
            nth: calls.iter().filter(|it| it.channel == self.fake.name && !it.is_about_us()).count(),
            told,
            attempt: attempt.clone(),
            version: self.fake.version,
            answer: None,
        };
        let answer = (self.fake.script)(&call);
        if !matches!(answer, Answer::TakeAfter(_)) {
            call.answer = Some(answer.clone());
        }
        calls.push(call);
        (calls.len() - 1, answer)
    }
}

#[async_trait]
impl Notifier for Speaker {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.tell(vec![Arc::new(notification.clone())], attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.tell(digest.notifications().to_vec(), attempt).await
    }

    fn capacity(&self, _: &Digest) -> usize {
        self.fake.capacity
    }

    fn limits(&self) -> Limits {
        self.fake.limits.clone()
    }
}

fn refusals(recipients: &[&str]) -> Vec<Refusal> {
    recipients.iter().map(|it| Refusal { recipient: (*it).to_owned(), reason: "550 no".to_owned() }).collect()
}

pub(super) fn transient() -> Answer {
    Answer::Fail(SendError::Transient { reason: "HTTP 503".to_owned() })
}

pub(super) fn throttled(retry_after: Duration) -> Answer {
    Answer::Fail(SendError::Throttled { retry_after, reason: "errcode 130101".to_owned() })
}

pub(super) fn quota(retry_after: Duration) -> Answer {
    Answer::Fail(SendError::Quota { retry_after, reason: "errcode 45009".to_owned() })
}

pub(super) fn unsendable() -> Answer {
    Answer::Fail(SendError::Unsendable { reason: "errcode 40058".to_owned() })
}

pub(super) fn misconfigured() -> Answer {
    Answer::Fail(SendError::Misconfigured { reason: "errcode 300005: token is not exist".to_owned() })
}

pub(super) fn blocked(retry_after: Duration) -> Answer {
    Answer::Fail(SendError::Blocked { retry_after, reason: "status:1111".to_owned() })
}

pub(super) fn unanswered() -> Answer {
    Answer::Fail(SendError::Unanswered { reason: "connection reset".to_owned() })
}
