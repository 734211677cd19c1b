//! The taking of mails: on the disk first, then answered.

use std::net::IpAddr;
use std::sync::Arc;

use fanfare_core::{BeatOutcome, Clock, HeartbeatKey, HeartbeatName, SourceName, stable_hash};
use fanfare_gateway::{ANSWERS_KEPT_FOR, Gateway, KeptAnswer, RequestKey, StoreError};
use fanfare_inlet::{InletReader, RateExceeded, ReadingRules};
use fanfare_sources::{BodyFault, MailSender, Reading, Unreadable};
use jiff::Timestamp;

use crate::dialogue::AnnouncedMail;
use crate::mime::{DecodedMail, decode};
use crate::observer::{MailFate, MailObserver};
use crate::reply::InletReply;
use crate::settings::SmtpSource;

/// The servers that may have handed a mail on: of more than this many it goes in circles (RFC 5321, 6.3).
const MOST_HOPS: usize = 100;

/// The bytes of a mail that cannot be decoded that people are shown of at most.
const SHOWN_OF_UNDECODED: usize = 16 * 1024;

/// The taker of mails, which all connections share.
#[derive(Debug)]
pub(crate) struct MailTaker {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) bodies: Arc<InletReader>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<MailObserver>,
}

/// A mail as it came, and as it can be read.
struct TakenMail {
    raw: Vec<u8>,
    /// `None`: it cannot be decoded.
    decoded: Option<DecodedMail>,
}

/// The fate of a mail at one source, for the one answer to all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SourceOutcome {
    /// The alerts are on the disk, or it asks for nothing.
    Taken,
    /// No alert, and none if it comes again.
    Refused(String),
    /// Perhaps taken when it comes again.
    Later(String),
}

impl MailTaker {
    /// Takes a mail for `sources`, and says what is answered: 250 if all of it is on the disk; 4xx if it must come
    /// again, because it could not be stored for one of them; 5xx if it can be no alert of any.
    pub(crate) async fn take(&self, raw: Vec<u8>, announced: &AnnouncedMail, peer: IpAddr) -> InletReply {
        let AnnouncedMail { sender, sources, .. } = announced;
        let mut mail = TakenMail::decode(raw).await;
        if let Some(decoded) = &mut mail.decoded {
            // A box that writes no `From` is known by the address that it announces itself with.
            let announced = || sender.as_ref().map(ToString::to_string);
            let announced = || announced().map(|address| MailSender { shown: address.clone(), address });
            decoded.mail.sender = decoded.mail.sender.take().or_else(announced);
            if decoded.hops > MOST_HOPS {
                return InletReply::new(554, "5.4.6 the mail goes in circles");
            }
            if decoded.is_automatic_reply {
                return InletReply::new(250, "2.0.0 a program's reply to a mail: nothing to tell");
            }
        }
        let mut outcomes = Vec::with_capacity(sources.len());
        for source in sources {
            outcomes.push(self.take_for(&mail, source, peer).await);
        }
        answer(outcomes)
    }

    /// Takes a mail for one source, unless it has taken it before.
    async fn take_for(&self, mail: &TakenMail, source: &SmtpSource, peer: IpAddr) -> SourceOutcome {
        let name = &source.settings.name;
        let (now, passed) = (self.clock.now(), self.gateway.link_time());
        let key = mail.key().map(|key| RequestKey { source: name.clone(), key });
        let (fate, outcome) = match self.is_repeated(key.as_ref(), passed).await {
            Err(err) => (MailFate::NotStored, SourceOutcome::Later(err.to_string())),
            Ok(true) => (MailFate::Repeated, SourceOutcome::Taken),
            Ok(false) => match self.read(mail, source, now) {
                Err(unreadable) => (MailFate::Unreadable, SourceOutcome::Refused(unreadable.to_string())),
                Ok(reading) => self.store(reading, source, now).await,
            },
        };
        if fate == MailFate::Taken
            && let Some(key) = key
        {
            self.remember(key, passed).await;
        }
        let reason = match &outcome {
            SourceOutcome::Taken => "",
            SourceOutcome::Refused(reason) | SourceOutcome::Later(reason) => reason,
        };
        self.observer.saw(name, fate, peer, reason);
        outcome
    }

    async fn is_repeated(&self, key: Option<&RequestKey>, passed: Timestamp) -> Result<bool, StoreError> {
        let Some(key) = key else { return Ok(false) };
        let since = passed.saturating_sub(ANSWERS_KEPT_FOR).unwrap_or(Timestamp::MIN);
        Ok(self.gateway.store().answer_to(key.clone(), since).await?.is_some())
    }

    /// Remembers a mail that is on the disk: a sender that did not get our answer sends it again.
    async fn remember(&self, key: RequestKey, passed: Timestamp) {
        let kept = KeptAnswer { body: key.key.clone(), answer: "{}".to_owned() };
        let name = key.source.clone();
        if let Err(err) = self.gateway.store().keep_answer(key, kept, passed).await {
            self.observer.not_remembered(&name, &err.to_string());
        }
    }

    fn read(&self, mail: &TakenMail, source: &SmtpSource, now: Timestamp) -> Result<Reading, Unreadable> {
        let SmtpSource { settings, format, unreadable, heartbeats, max_body, .. } = source;
        let rules = ReadingRules { format, unreadable: *unreadable, source: settings, heartbeats };
        match &mail.decoded {
            Some(DecodedMail { mail, .. }) if mail.text.len() <= *max_body => {
                self.bodies.read_mail(mail, rules, now)
            }
            Some(DecodedMail { mail, .. }) => {
                let mut mail = mail.clone();
                mail.text.truncate(mail.text.floor_char_boundary(*max_body));
                self.bodies.read_mail(&mail, rules, now)
            }
            None => {
                let fault = Unreadable {
                    fault: BodyFault::NotAnAlert,
                    path: "$".to_owned(),
                    message: "the mail cannot be decoded".to_owned(),
                };
                let shown = mail.raw.get(..SHOWN_OF_UNDECODED).unwrap_or(&mail.raw);
                self.bodies.unread(shown, fault, rules, now)
            }
        }
    }

    async fn store(
        &self,
        reading: Reading,
        source: &SmtpSource,
        now: Timestamp,
    ) -> (MailFate, SourceOutcome) {
        let name = &source.settings.name;
        let alerts: Vec<_> = reading.alerts.into_iter().map(|it| it.alert).collect();
        if let Some(rate) = &source.rate {
            let repeats = match self.gateway.repeats(&alerts.iter().collect::<Vec<_>>()).await {
                Ok(repeats) => repeats,
                Err(err) => return (MailFate::NotStored, SourceOutcome::Later(err.to_string())),
            };
            if let Err(exceeded) = rate.check(alerts.len() - repeats) {
                return (MailFate::Throttled, exceeded.into());
            }
        }
        self.hear(name, reading.heartbeats).await;
        if alerts.is_empty() {
            return (MailFate::Taken, SourceOutcome::Taken);
        }
        match self.gateway.accept(alerts, now).await {
            Ok(_) => (MailFate::Taken, SourceOutcome::Taken),
            Err(err) => (MailFate::NotStored, SourceOutcome::Later(err.to_string())),
        }
    }

    /// Notes heartbeats, all in one transaction.
    async fn hear(&self, source: &SourceName, names: Vec<HeartbeatName>) {
        let key = |name| HeartbeatKey { source: source.clone(), name: Some(name) };
        let keys: Vec<HeartbeatKey> = names.into_iter().map(key).collect();
        let outcomes = self.gateway.hear_all(keys.clone()).await;
        for (heartbeat, outcome) in keys.iter().zip(outcomes) {
            match outcome {
                BeatOutcome::Heard(_) | BeatOutcome::Learned(_) => {}
                BeatOutcome::NotExpected => self.observer.unheard(heartbeat, "no rule expects it"),
                BeatOutcome::TooMany => self.observer.unheard(heartbeat, "too many are expected already"),
            }
        }
    }
}

impl TakenMail {
    /// Decodes a mail beside the threads that serve others: a long one takes a while, and one at which the decoder
    /// fails altogether is told as it is.
    async fn decode(raw: Vec<u8>) -> Self {
        let raw = Arc::new(raw);
        let of_task = Arc::clone(&raw);
        let decoded = tokio::task::spawn_blocking(move || decode(&of_task)).await.ok().flatten();
        Self { raw: Arc::unwrap_or_clone(raw), decoded }
    }

    /// The key by which it is known when it comes again; `None`: it has no identification and no time of its own, and two events
    /// may have the same words. All that was sent counts: some boxes give every mail one identification.
    fn key(&self) -> Option<String> {
        let identity = self.decoded.as_ref()?.identity.as_ref()?;
        Some(stable_hash(&["mail", identity, &String::from_utf8_lossy(&self.raw)]))
    }
}

impl From<RateExceeded> for SourceOutcome {
    fn from(exceeded: RateExceeded) -> Self {
        match exceeded {
            RateExceeded::For(_) => {
                Self::Later("more alerts than the source's `rate_limit` allows".to_owned())
            }
            RateExceeded::AtOnce(alerts) => {
                Self::Refused(format!("the source's `rate_limit` allows {alerts} alerts at once"))
            }
        }
    }
}

/// The one answer for all sources: the worst that the sender can mend by sending again, then 250 if any has taken it.
fn answer(outcomes: Vec<SourceOutcome>) -> InletReply {
    let is_taken = outcomes.contains(&SourceOutcome::Taken);
    match outcomes.into_iter().max() {
        Some(SourceOutcome::Later(_)) => InletReply::new(451, "4.3.0 not taken for now: send this again"),
        Some(SourceOutcome::Refused(_)) if !is_taken => InletReply::new(554, "5.6.0 not an alert"),
        Some(SourceOutcome::Refused(_) | SourceOutcome::Taken) | None => {
            InletReply::new(250, "2.0.0 on the disk")
        }
    }
}

#[cfg(test)]
mod tests;
