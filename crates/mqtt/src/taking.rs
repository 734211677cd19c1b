//! The taking of messages: on the disk first, then acknowledged.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Alert, BeatOutcome, Clock, HeartbeatKey, HeartbeatName};
use fanfare_gateway::{Gateway, Jitter};
use fanfare_inlet::{InletReader, ReadingRules};
use fanfare_sources::{Format, Hints, Reading};
use jiff::Timestamp;
use rumqttc::{AsyncClient, Publish, matches};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::observer::{MessageFate, Observer};
use crate::options::IN_FLIGHT;
use crate::redelivery::TakenMessages;
use crate::settings::MqttSource;

/// The waits between attempts to do what failed: the first of them, doubled up to the last.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// The digits of an EUI-64.
const EUI_DIGITS: usize = 16;

/// The services that all clients use.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) bodies: Arc<InletReader>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jitter: Arc<dyn Jitter>,
    pub(crate) observer: Observer,
}

/// The taker of one source's messages, across its connections.
#[derive(Debug)]
pub(crate) struct Taker {
    source: Arc<MqttSource>,
    services: Arc<Services>,
    taken: TakenMessages,
}

/// The fate of a batch of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BatchFate {
    /// All of it is on the disk.
    OnDisk,
    /// Nothing of it: the broker keeps it.
    Left,
}

impl Services {
    /// The wait after so many failures in a row, spread so that not everything comes back at once.
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        let (first, last) = PAUSES;
        let whole = first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(last);
        whole.mul_f64(0.5 + self.jitter.spread() / 2.0)
    }
}

impl Taker {
    pub(crate) fn new(source: Arc<MqttSource>, services: Arc<Services>) -> Self {
        Self { source, services, taken: TakenMessages::default() }
    }

    /// Takes `messages` in their order until `gone`, and acknowledges each that is on the disk by `client`.
    ///
    /// What waits is stored together, in one transaction. An attempt to store that is under way is
    /// ended, so that it is known whether a message is on the disk when it comes again.
    pub(crate) async fn run(
        &mut self,
        mut messages: mpsc::Receiver<Publish>,
        client: &AsyncClient,
        gone: &CancellationToken,
    ) {
        let mut batch = Vec::new();
        loop {
            batch.clear();
            let received = tokio::select! {
                biased;
                () = gone.cancelled() => return,
                received = messages.recv_many(&mut batch, usize::from(IN_FLIGHT)) => received,
            };
            if received == 0 || self.take(&batch, gone).await == BatchFate::Left {
                return;
            }
            for message in &batch {
                self.taken.insert(message);
                // It fails where the connection has ended: then the message comes again, and is known.
                drop(client.try_ack(message));
            }
        }
    }

    async fn take(&self, batch: &[Publish], gone: &CancellationToken) -> BatchFate {
        let now = self.services.clock.now();
        let (mut alerts, mut heard): (Vec<Alert>, Vec<HeartbeatName>) = Default::default();
        for message in batch {
            let Reading { alerts: read, heartbeats, .. } = self.read(message, now);
            alerts.extend(read.into_iter().map(|it| it.alert));
            // What a broker retains was said at some time, perhaps long ago.
            heard.extend(heartbeats.into_iter().filter(|_| !message.retain));
        }
        self.hear(heard).await;
        let mut failures = 0;
        while !alerts.is_empty() {
            let Err(err) = self.services.gateway.accept(alerts.clone(), now).await else { break };
            failures += 1;
            let pause = self.services.pause(failures);
            self.services.observer.not_stored(&self.source.settings.name, &err.to_string(), pause);
            tokio::select! {
                () = gone.cancelled() => return BatchFate::Left,
                () = tokio::time::sleep(pause) => {}
            }
        }
        BatchFate::OnDisk
    }

    async fn hear(&self, names: Vec<HeartbeatName>) {
        let source = &self.source.settings.name;
        let key = |name| HeartbeatKey { source: source.clone(), name: Some(name) };
        let keys: Vec<HeartbeatKey> = names.into_iter().map(key).collect();
        let outcomes = self.services.gateway.hear_all(keys.clone()).await;
        for (heartbeat, outcome) in keys.iter().zip(outcomes) {
            match outcome {
                BeatOutcome::Heard(_) | BeatOutcome::Learned(_) => {}
                BeatOutcome::NotExpected => self.services.observer.unheard(heartbeat, "no rule expects it"),
                BeatOutcome::TooMany => {
                    self.services.observer.unheard(heartbeat, "too many are expected already")
                }
            }
        }
    }

    /// The content of a message; nothing if it is none of ours, or cannot be read.
    fn read(&self, message: &Publish, now: Timestamp) -> Reading {
        let MqttSource { settings, format, unreadable, heartbeats, max_body, broker } = &*self.source;
        let topic = String::from_utf8_lossy(&message.topic);
        let saw = |fate, reason: &str| self.services.observer.saw(&settings.name, fate, &topic, reason);
        if self.taken.contains(message) {
            saw(MessageFate::Redelivered, "on the disk already");
            return Reading::default();
        }
        if !broker.topics.iter().any(|filter| matches(&topic, filter)) {
            saw(MessageFate::Unwanted, "no longer among the topics of the source");
            return Reading::default();
        }
        if message.payload.len() > *max_body {
            saw(MessageFate::Unreadable, "longer than the source's `max_body`");
            return Reading::default();
        }
        let rules = ReadingRules { format, unreadable: *unreadable, source: settings, heartbeats };
        match self.services.bodies.read(&message.payload, rules, &hints(format, &topic), now) {
            Ok(reading) => {
                saw(MessageFate::Taken, "");
                reading
            }
            Err(unreadable) => {
                saw(MessageFate::Unreadable, &unreadable.to_string());
                Reading::default()
            }
        }
    }
}

/// The hints in a topic: ThinkLink's last part is a device's EUI, where it is no other name.
fn hints(format: &Format, topic: &str) -> Hints {
    let last = topic.rsplit('/').next().unwrap_or_default();
    let is_eui = last.len() == EUI_DIGITS && last.bytes().all(|it| it.is_ascii_hexdigit());
    let eui = (format.is_of_thinklink() && is_eui).then(|| last.to_owned());
    Hints { eui, ..Hints::default() }
}

#[cfg(test)]
mod tests;
