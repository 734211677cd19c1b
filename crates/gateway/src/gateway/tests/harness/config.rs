//! The config of a gateway under test.

use std::sync::Arc;

use fanfare_core::{ChannelName, DeliveryTerms, HeartbeatRule, Policy, Receiver, RetryPolicy, Route};

use crate::gateway::tests::fake::{CallJournal, FakeChannel};
use crate::gateway::tests::times::HOUR;
use crate::{GatewaySettings, SELF_SOURCE};

/// The receiver of self-alerts, and its channel.
const SELF_ALERTS: &str = "self-alerts";

/// The config of a gateway under test. Self-alerts go to a receiver and a channel of their own, so
/// that they cost the channels under test no probe and no budget.
#[derive(Clone)]
pub(in crate::gateway::tests) struct HarnessConfig {
    pub(in crate::gateway::tests) channels: Vec<FakeChannel>,
    /// The receivers. The first gets every alert, and each other one the alerts whose label `to`
    /// has its name.
    pub(in crate::gateway::tests) receivers: Vec<Receiver>,
    pub(in crate::gateway::tests) retry: RetryPolicy,
    pub(in crate::gateway::tests) heartbeats: Vec<HeartbeatRule>,
}

impl HarnessConfig {
    /// A config with one receiver, whose terms are plain and name all `channels`.
    pub(in crate::gateway::tests) fn with_channels(channels: impl IntoIterator<Item = FakeChannel>) -> Self {
        let channels: Vec<_> = channels.into_iter().collect();
        let terms = DeliveryTerms::plain(channels.iter().map(|it| ChannelName::from(it.name)).collect());
        Self::with_terms(terms, channels)
    }

    /// A config with one receiver on these terms.
    pub(in crate::gateway::tests) fn with_terms(
        terms: DeliveryTerms,
        channels: impl IntoIterator<Item = FakeChannel>,
    ) -> Self {
        let receivers = vec![receiver("everyone", terms)];
        let channels = channels.into_iter().collect();
        Self { channels, receivers, retry: RetryPolicy::default(), heartbeats: Vec::new() }
    }

    /// The same config with one more receiver.
    pub(in crate::gateway::tests) fn with_receiver(mut self, name: &str, terms: DeliveryTerms) -> Self {
        self.receivers.push(receiver(name, terms));
        self
    }

    /// The settings of a gateway whose channels write to `journal`.
    pub(in crate::gateway::tests) fn settings(&self, journal: &Arc<CallJournal>) -> GatewaySettings {
        let of_self_alerts = FakeChannel::new(SELF_ALERTS);
        let channels = self.channels.iter().chain([&of_self_alerts]);
        GatewaySettings {
            policy: self.policy(),
            channels: channels.map(|it| it.setup(journal)).collect(),
            retry: self.retry,
            retention: 24 * HOUR,
            external_url: Some("https://alerts.example.com".to_owned()),
            heartbeats: self.heartbeats.clone(),
        }
    }

    fn policy(&self) -> Policy {
        let leaf = |matchers, receiver: &Receiver| Route {
            matchers,
            receiver: receiver.name.clone(),
            r#continue: false,
            repeat_interval: 4 * HOUR,
            routes: Vec::new(),
        };
        let of_self_alerts = receiver(SELF_ALERTS, DeliveryTerms::plain(vec![SELF_ALERTS.into()]));
        let self_alerts = leaf(vec![format!("source = {SELF_SOURCE}").parse().unwrap()], &of_self_alerts);
        let others = self.receivers[1..].iter();
        let routes = others.map(|it| leaf(vec![format!("to = {}", it.name).parse().unwrap()], it));
        let root = Route {
            routes: [self_alerts].into_iter().chain(routes).collect(),
            ..leaf(Vec::new(), &self.receivers[0])
        };
        Policy::new(root, self.receivers.iter().cloned().chain([of_self_alerts]).collect()).unwrap()
    }
}

fn receiver(name: &str, terms: DeliveryTerms) -> Receiver {
    Receiver { name: name.into(), terms: Arc::new(terms) }
}
