//! Two channels, and a gateway that tells on both.

use std::sync::Arc;

use fanfare_sandbox::{Fault, FaultSwitch};

use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, until};
use crate::ledger::alarm;
use crate::samples::{config, dingtalk, mail};

/// Two channels, and the folder of a gateway that tells on both.
pub(super) struct TwoChannelSite {
    pub(super) providers: FakeProviders,
    pub(super) site: Arc<TestFolder>,
}

pub(super) const CHANNELS: [&str; 2] = ["ding", "mail"];

/// The title of the self-alert about a store that keeps nothing.
pub(super) const SELF_ALERT: &str = "Alerts are refused";

impl TwoChannelSite {
    pub(super) fn new() -> Self {
        let providers = FakeProviders::start([dingtalk().account("ding"), mail().account("mail")]);
        let (ding, mail) = (dingtalk().settings("ding", &providers), mail().settings("mail", &providers));
        let site = Arc::new(TestFolder::new(&config(&[("ding", ding), ("mail", mail)])));
        Self { providers, site }
    }

    pub(super) fn break_providers(&self) {
        for channel in CHANNELS {
            self.providers.set_fault(channel, FaultSwitch::always(Fault::Close)).unwrap();
        }
    }

    /// The titles of what was seen on `channel`.
    pub(super) fn titles(&self, channel: &str) -> Vec<String> {
        self.providers.seen(channel).iter().map(|it| it.shown.title.clone()).collect()
    }

    /// The number of messages with these words in their title that a channel has shown.
    pub(super) fn count(&self, channel: &str, words: &str) -> usize {
        self.titles(channel).iter().filter(|it| it.contains(words)).count()
    }

    /// Waits until each channel has shown one message with these words in its title.
    #[track_caller]
    pub(super) fn await_one(&self, words: &str) {
        for channel in CHANNELS {
            until(words, || self.count(channel, words) == 1, PATIENCE);
        }
    }
}

/// Posts an urgent alarm of this device, and returns the status.
pub(super) fn post(gateway: &TestGateway, device: u32) -> u16 {
    gateway.post("thinklink", &alarm("over_temp", device, "urgent").to_string()).status
}
