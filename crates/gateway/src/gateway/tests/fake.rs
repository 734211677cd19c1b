//! Scripted channels, and the journal of their calls.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use fanfare_core::{
    Account, Attempt, Budget, ChannelName, Digest, Egress, Limits, Notification, NotificationId, Notifier,
    Quota, Receipt, Refusal, SendError, Severity,
};
use tokio::time::Instant;

use super::times::{MINUTE, SECOND};
use crate::{ChannelSetup, SELF_SOURCE};

/// A provider's reaction to a message.
#[derive(Debug, Clone)]
pub(super) enum FakeAnswer {
    Accept,
    /// Acceptance for some recipients only.
    AcceptPart {
        refused: &'static [&'static str],
        deferred: &'static [&'static str],
    },
    Fail(SendError),
    Hang,
    Panic,
    /// Acceptance after so long.
    AcceptAfter(Duration),
}

/// A call of a channel, as its provider saw it.
#[derive(Debug, Clone)]
pub(super) struct RecordedCall {
    pub(super) channel: &'static str,
    /// The time since the start of the test.
    pub(super) at: Duration,
    /// The number of earlier calls of this channel, without those that carry only self-alerts.
    pub(super) nth: usize,
    /// The notifications it carried: several in a digest.
    pub(super) notifications: Vec<Arc<Notification>>,
    pub(super) attempt: Attempt,
    /// The version of the channel's settings.
    pub(super) version: u32,
    /// The provider's reaction; `None` until it is known.
    pub(super) answer: Option<FakeAnswer>,
}

impl RecordedCall {
    /// The notification of a message that is no digest.
    #[track_caller]
    pub(super) fn notification(&self) -> &Notification {
        match self.notifications.as_slice() {
            [one] => one,
            several => panic!("a digest of {}", several.len()),
        }
    }

    /// Tells whether it carried only self-alerts.
    pub(super) fn is_self_alert(&self) -> bool {
        self.notifications.iter().all(|it| it.alert.text_of("source") == SELF_SOURCE)
    }

    /// The ids of its notifications.
    pub(super) fn ids(&self) -> Vec<NotificationId> {
        self.notifications.iter().map(|it| it.id).collect()
    }

    /// The highest severity of its notifications.
    pub(super) fn severity(&self) -> Severity {
        self.notifications.iter().map(|it| it.alert.severity).max().unwrap()
    }

    /// The devices of its notifications, in the order of the message.
    pub(super) fn euis(&self) -> Vec<&str> {
        self.notifications.iter().map(|it| it.alert.text_of("eui")).collect()
    }

    /// Tells whether the provider accepted it.
    pub(super) fn was_accepted(&self) -> bool {
        matches!(self.answer, Some(FakeAnswer::Accept | FakeAnswer::AcceptPart { .. }))
    }
}

/// The calls of all channels, in order; like a provider, the journal outlives the gateway.
#[derive(Debug)]
pub(super) struct CallJournal {
    started: Instant,
    calls: Mutex<Vec<RecordedCall>>,
}

impl CallJournal {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { started: Instant::now(), calls: Mutex::default() })
    }

    pub(super) fn calls(&self) -> Vec<RecordedCall> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn number_of_calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

type AnswerScript = Arc<dyn Fn(&RecordedCall) -> FakeAnswer + Send + Sync>;

/// A scripted channel.
#[derive(Clone)]
pub(super) struct FakeChannel {
    pub(super) name: &'static str,
    limits: Limits,
    timeout: Duration,
    pub(super) capacity: usize,
    version: u32,
    script: AnswerScript,
}

impl FakeChannel {
    /// A channel that accepts every message, without a limit, one at a time.
    pub(super) fn new(name: &'static str) -> Self {
        let limits = Limits {
            account: Account::new("fake", &[name]),
            egress: Egress::new(&format!("https://{name}.example.com"), None),
            budgets: Vec::new(),
            quota: None,
            concurrency: NonZeroUsize::MIN,
        };
        let script: AnswerScript = Arc::new(|_| FakeAnswer::Accept);
        Self { name, limits, timeout: 10 * SECOND, capacity: usize::MAX, version: 0, script }
    }

    pub(super) fn answering(
        mut self,
        script: impl Fn(&RecordedCall) -> FakeAnswer + Send + Sync + 'static,
    ) -> Self {
        self.script = Arc::new(script);
        self
    }

    pub(super) fn with_account(mut self, name: &str) -> Self {
        self.limits.account = Account::new("fake", &[name]);
        self
    }

    pub(super) fn with_egress(mut self, egress: &str) -> Self {
        self.limits.egress = Egress::new(egress, None);
        self
    }

    pub(super) fn with_twenty_per_minute(self) -> Self {
        self.with_budget(Budget { messages: NonZeroU32::new(20).unwrap(), per: MINUTE })
    }

    pub(super) fn with_budget(mut self, budget: Budget) -> Self {
        self.limits.budgets = vec![budget];
        self
    }

    pub(super) fn with_quota(mut self, quota: Quota) -> Self {
        self.limits.quota = Some(quota);
        self
    }

    pub(super) fn with_concurrency(mut self, concurrency: usize) -> Self {
        self.limits.concurrency = NonZeroUsize::new(concurrency).unwrap();
        self
    }

    /// Sets the longest time of one attempt.
    pub(super) fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the number of notifications that one message has room for.
    pub(super) fn with_capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// The same channel with another version of its settings.
    pub(super) fn with_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// The channel's settings in a config.
    pub(super) fn setup(&self, journal: &Arc<CallJournal>) -> ChannelSetup {
        ChannelSetup {
            name: ChannelName::from(self.name),
            kind: "fake",
            version: self.version.to_string(),
            notifier: Arc::new(FakeNotifier { channel: self.clone(), journal: Arc::clone(journal) }),
            limits: self.limits.clone(),
            timeout: self.timeout,
            rotated_at: None,
            drill: None,
        }
    }
}

/// The notifier of a scripted channel.
struct FakeNotifier {
    channel: FakeChannel,
    journal: Arc<CallJournal>,
}

impl fmt::Debug for FakeNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.channel.name)
    }
}

impl FakeNotifier {
    async fn send(
        &self,
        notifications: Vec<Arc<Notification>>,
        attempt: &Attempt,
    ) -> Result<Receipt, SendError> {
        let (index, answer) = self.record(notifications, attempt);
        let accepted = Receipt { words: "errcode 0: ok".to_owned(), ..Receipt::default() };
        match answer {
            FakeAnswer::Accept => Ok(accepted),
            FakeAnswer::AcceptPart { refused, deferred } => {
                Ok(Receipt { refused: refusals(refused), deferred: refusals(deferred), ..accepted })
            }
            FakeAnswer::Fail(err) => Err(err),
            FakeAnswer::Hang => std::future::pending().await,
            FakeAnswer::Panic => panic!("a bug in a channel"),
            FakeAnswer::AcceptAfter(time) => {
                tokio::time::sleep(time).await;
                self.journal.calls.lock().unwrap()[index].answer = Some(FakeAnswer::Accept);
                Ok(accepted)
            }
        }
    }

    /// Enters the call in the journal, and asks the script for the answer.
    fn record(&self, notifications: Vec<Arc<Notification>>, attempt: &Attempt) -> (usize, FakeAnswer) {
        let mut calls = self.journal.calls.lock().unwrap();
        let mut call = RecordedCall {
            channel: self.channel.name,
            at: self.journal.elapsed(),
            nth: calls.iter().filter(|it| it.channel == self.channel.name && !it.is_self_alert()).count(),
            notifications,
            attempt: attempt.clone(),
            version: self.channel.version,
            answer: None,
        };
        let answer = (self.channel.script)(&call);
        if !matches!(answer, FakeAnswer::AcceptAfter(_)) {
            call.answer = Some(answer.clone());
        }
        calls.push(call);
        (calls.len() - 1, answer)
    }
}

#[async_trait]
impl Notifier for FakeNotifier {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.send(vec![Arc::new(notification.clone())], attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.send(digest.notifications().to_vec(), attempt).await
    }

    fn capacity(&self, _: &Digest) -> usize {
        self.channel.capacity
    }

    fn limits(&self) -> Limits {
        self.channel.limits.clone()
    }
}

fn refusals(recipients: &[&str]) -> Vec<Refusal> {
    recipients.iter().map(|it| Refusal { recipient: (*it).to_owned(), reason: "550 no".to_owned() }).collect()
}

pub(super) fn transient() -> FakeAnswer {
    FakeAnswer::Fail(SendError::Transient { reason: "HTTP 503".to_owned() })
}

pub(super) fn throttled(retry_after: Duration) -> FakeAnswer {
    FakeAnswer::Fail(SendError::Throttled { retry_after, reason: "errcode 130101".to_owned() })
}

pub(super) fn quota(retry_after: Duration) -> FakeAnswer {
    FakeAnswer::Fail(SendError::Quota { retry_after, reason: "errcode 45009".to_owned() })
}

pub(super) fn unsendable() -> FakeAnswer {
    FakeAnswer::Fail(SendError::Unsendable { reason: "errcode 40058".to_owned() })
}

pub(super) fn local_fault() -> FakeAnswer {
    FakeAnswer::Fail(SendError::Local { reason: "Too many open files".to_owned() })
}

pub(super) fn misconfigured() -> FakeAnswer {
    FakeAnswer::Fail(SendError::Misconfigured { reason: "errcode 300005: token is not exist".to_owned() })
}

pub(super) fn blocked(retry_after: Duration) -> FakeAnswer {
    FakeAnswer::Fail(SendError::Blocked { retry_after, reason: "status:1111".to_owned() })
}

pub(super) fn unanswered() -> FakeAnswer {
    FakeAnswer::Fail(SendError::Unanswered { reason: "connection reset".to_owned() })
}
