//! Channels of a world: their limits, their speed, and the faults of their providers.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use fanfare_core::{Account, Budget, Egress, Limits, Quota, QuotaPeriod};
use jiff::tz::TimeZone;

use super::draw::{chance_or_never, one_of, some_of};
use crate::time::{MINUTE, SECOND};

/// The names that channels have. Stores of earlier versions owe something to the first four.
const NAMES: [&str; 6] = ["waits", "works", "refuses", "mail", "phone", "sound"];

/// The budgets that providers set, as messages and seconds: DingTalk's and WeCom's among them.
const BUDGETS: [&[(u32, u64)]; 5] =
    [&[], &[(20, 60)], &[(5, 60)], &[(100, 60), (5, 1)], &[(3, 10), (30, 600)]];

/// One channel and its provider.
#[derive(Debug, Clone)]
pub(crate) struct ChannelOptions {
    /// The name in the config.
    pub(crate) name: &'static str,
    /// The account at the provider; channels of one account share its budgets.
    pub(crate) account: String,
    /// The way to the provider.
    pub(crate) egress: String,
    /// Budgets as messages and seconds; the provider is strict about them.
    pub(crate) budgets: &'static [(u32, u64)],
    /// Messages of a day, which are only counted.
    pub(crate) quota: Option<u32>,
    /// Attempts that may be under way at once.
    pub(crate) concurrency: usize,
    /// Notifications for which a message has room.
    pub(crate) capacity: usize,
    /// The longest time of one attempt.
    pub(crate) timeout: Duration,
    /// The longest time that the provider takes to answer.
    pub(crate) slowness: Duration,
    /// The chance that a request goes wrong while no outage is on.
    pub(crate) fault_chance: f64,
    /// The faults that the provider has.
    pub(crate) faults: Vec<FaultSort>,
    /// The version of the settings; a reload may change it.
    pub(crate) version: u32,
}

/// One sort of fault, as the gateway meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultSort {
    /// The request does not arrive, and the connection breaks off.
    RequestLost,
    /// The message is shown to people, and the answer does not arrive.
    AnswerLost,
    /// The request does not arrive, and no answer comes.
    RequestHangs,
    /// The message is shown, and no answer comes.
    AnswerHangs,
    /// HTTP 503 and its like.
    Transient,
    /// The account must be silent for a while.
    Throttled,
    /// The quota is used up.
    Quota,
    /// Everything from our address is refused for a while.
    Blocked,
    /// The message is not taken in this form.
    Unsendable,
    /// The key is wrong.
    Misconfigured,
    /// Some recipients are refused, others deferred.
    Partial,
    /// The channel's code panics.
    Panic,
}

impl FaultSort {
    /// Every sort there is.
    pub(crate) const ALL: [Self; 12] = [
        Self::RequestLost,
        Self::AnswerLost,
        Self::RequestHangs,
        Self::AnswerHangs,
        Self::Transient,
        Self::Throttled,
        Self::Quota,
        Self::Blocked,
        Self::Unsendable,
        Self::Misconfigured,
        Self::Partial,
        Self::Panic,
    ];
}

impl ChannelOptions {
    /// A channel without limits, whose provider has no faults.
    pub(crate) fn reliable(name: &'static str) -> Self {
        Self {
            name,
            account: name.to_owned(),
            egress: format!("https://{name}.example.com"),
            budgets: &[],
            quota: None,
            concurrency: 1,
            capacity: 50,
            timeout: 10 * SECOND,
            slowness: Duration::ZERO,
            fault_chance: 0.0,
            faults: Vec::new(),
            version: 0,
        }
    }

    /// The limits that the channel declares.
    pub(crate) fn limits(&self) -> Limits {
        let budget = |&(messages, seconds): &(u32, u64)| {
            Some(Budget { messages: NonZeroU32::new(messages)?, per: Duration::from_secs(seconds) })
        };
        let quota = |messages| Quota {
            pool: self.account.clone(),
            messages,
            per: QuotaPeriod::Day,
            zone: TimeZone::UTC,
        };
        Limits {
            account: Account::new("simulated", &[&self.account]),
            egress: Egress::new(&self.egress, None),
            budgets: self.budgets.iter().filter_map(budget).collect(),
            quota: self.quota.and_then(NonZeroU32::new).map(quota),
            concurrency: NonZeroUsize::new(self.concurrency).unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// Draws the channels of a world: two at least; some share an account, or a way out.
pub(super) fn draw_channels(random: &mut fastrand::Rng) -> Vec<ChannelOptions> {
    let number = random.usize(2..=NAMES.len());
    let shared = ChannelOptions { account: "robots".to_owned(), ..draw_channel(random, "robots") };
    let sharing = random.usize(0..=2);
    let draw = |(index, name): (usize, &&'static str)| {
        let own = draw_channel(random, name);
        if index >= sharing {
            return own;
        }
        ChannelOptions {
            account: shared.account.clone(),
            egress: shared.egress.clone(),
            budgets: shared.budgets,
            quota: shared.quota,
            ..own
        }
    };
    NAMES[..number].iter().enumerate().map(draw).collect()
}

fn draw_channel(random: &mut fastrand::Rng, name: &'static str) -> ChannelOptions {
    let number_of_faults = random.usize(1..=FaultSort::ALL.len());
    let budgets: &&'static [(u32, u64)] = one_of(random, &BUDGETS);
    ChannelOptions {
        name,
        account: name.to_owned(),
        egress: format!("https://{}.example.com", if random.f64() < 0.3 { "shared" } else { name }),
        budgets,
        quota: random.bool().then(|| random.u32(1..40)),
        concurrency: *one_of(random, &[1, 1, 2, 4]),
        capacity: *one_of(random, &[1, 2, 4, 50]),
        timeout: *one_of(random, &[SECOND, 10 * SECOND, MINUTE]),
        slowness: *one_of(random, &[Duration::ZERO, SECOND / 5, 5 * SECOND]),
        fault_chance: chance_or_never(random, 0.8),
        faults: some_of(random, &FaultSort::ALL, number_of_faults),
        version: 0,
    }
}
