//! Faults of providers and of the way to them: which one a request meets.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::SendError;

use crate::options::{ChannelOptions, FaultSort, OutageDirection};
use crate::time::{MINUTE, SECOND};

/// The fate of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RequestFate {
    /// The message is taken, and the answer comes after a while.
    Accept { after: Duration },
    /// The message is taken for some recipients, refused for one and deferred for another.
    AcceptPart,
    /// The message is refused.
    Fail(SendError),
    /// The connection breaks off; people have seen the message, or have not.
    BreakOff { is_shown: bool },
    /// No answer comes; people have seen the message, or have not.
    Hang { is_shown: bool },
    /// The channel's code panics before it sends anything.
    Panic,
}

/// A time in which requests, or their answers, get lost.
#[derive(Debug, Clone)]
pub(crate) struct NetworkOutage {
    /// End of it, as a time since the beginning of the run.
    pub(crate) until: Duration,
    /// The channels that it befalls.
    pub(crate) scope: OutageScope,
    /// The direction in which it cuts.
    pub(crate) direction: OutageDirection,
}

/// The channels that an outage befalls.
#[derive(Debug, Clone)]
pub(crate) enum OutageScope {
    /// Every channel: our own uplink.
    Everything,
    /// Every channel of one way out.
    Egress(String),
    /// One channel alone.
    Channel(&'static str),
}

/// Faults of all providers of a world. Each channel has random numbers of its own, so that
/// what happens on one changes nothing on another.
#[derive(Debug)]
pub(crate) struct ProviderFaults(Mutex<FaultState>);

#[derive(Debug)]
struct FaultState {
    random: BTreeMap<&'static str, fastrand::Rng>,
    outages: Vec<NetworkOutage>,
    /// The fault that each channel has for good once the others are healed.
    lasting: BTreeMap<&'static str, Option<FaultSort>>,
}

impl ProviderFaults {
    /// Faults of these channels.
    pub(crate) fn new(random: &mut fastrand::Rng, channels: &[ChannelOptions]) -> Self {
        let random = channels.iter().map(|it| (it.name, random.fork())).collect();
        Self(Mutex::new(FaultState { random, outages: Vec::new(), lasting: BTreeMap::new() }))
    }

    /// Begins an outage.
    pub(crate) fn begin(&self, outage: NetworkOutage) {
        self.state().outages.push(outage);
    }

    /// Heals every channel in `lasting` that has no fault there, and leaves the others broken for good. A healed
    /// provider answers before the channel's patience is over.
    pub(crate) fn settle(&self, lasting: BTreeMap<&'static str, Option<FaultSort>>) {
        let mut state = self.state();
        state.outages.clear();
        state.lasting = lasting;
    }

    /// The fate of a request of `channel` at `now`.
    pub(crate) fn reaction(&self, channel: &ChannelOptions, now: Duration) -> RequestFate {
        let mut state = self.state();
        let lasting = state.lasting.get(channel.name).copied();
        state.outages.retain(|it| it.until > now);
        let outage = state.outages.iter().find(|it| it.befalls(channel)).map(|it| it.direction);
        let Some(random) = state.random.get_mut(channel.name) else {
            return RequestFate::Accept { after: Duration::ZERO };
        };
        match (lasting, outage) {
            (Some(Some(fault)), _) => fault_of(fault, random),
            (Some(None), _) => accept(channel.slowness.min(channel.timeout / 2), random),
            (None, Some(direction)) => lost(direction, random),
            (None, None) if random.f64() < channel.fault_chance => {
                let sort = channel.faults[random.usize(0..channel.faults.len())];
                fault_of(sort, random)
            }
            (None, None) => accept(channel.slowness, random),
        }
    }

    fn state(&self) -> MutexGuard<'_, FaultState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NetworkOutage {
    fn befalls(&self, channel: &ChannelOptions) -> bool {
        match &self.scope {
            OutageScope::Everything => true,
            OutageScope::Egress(egress) => channel.egress == *egress,
            OutageScope::Channel(name) => channel.name == *name,
        }
    }
}

fn accept(slowness: Duration, random: &mut fastrand::Rng) -> RequestFate {
    RequestFate::Accept { after: slowness.mul_f64(random.f64()) }
}

fn lost(direction: OutageDirection, random: &mut fastrand::Rng) -> RequestFate {
    let is_shown = match direction {
        OutageDirection::Requests => false,
        OutageDirection::Answers => true,
        OutageDirection::Both => random.bool(),
    };
    if random.bool() { RequestFate::BreakOff { is_shown } } else { RequestFate::Hang { is_shown } }
}

fn fault_of(sort: FaultSort, random: &mut fastrand::Rng) -> RequestFate {
    let retry_after = SECOND * random.u32(1..120);
    match sort {
        FaultSort::RequestLost => RequestFate::BreakOff { is_shown: false },
        FaultSort::AnswerLost => RequestFate::BreakOff { is_shown: true },
        FaultSort::RequestHangs => RequestFate::Hang { is_shown: false },
        FaultSort::AnswerHangs => RequestFate::Hang { is_shown: true },
        FaultSort::Transient => RequestFate::Fail(SendError::Transient { reason: "HTTP 503".to_owned() }),
        FaultSort::Throttled => {
            RequestFate::Fail(SendError::Throttled { retry_after, reason: "errcode 130101".to_owned() })
        }
        FaultSort::Quota => {
            let retry_after = 10 * MINUTE;
            RequestFate::Fail(SendError::Quota { retry_after, reason: "errcode 45009".to_owned() })
        }
        FaultSort::Blocked => {
            RequestFate::Fail(SendError::Blocked { retry_after, reason: "status 1111".to_owned() })
        }
        FaultSort::Unsendable => {
            RequestFate::Fail(SendError::Unsendable { reason: "errcode 40058".to_owned() })
        }
        FaultSort::Misconfigured => {
            RequestFate::Fail(SendError::Misconfigured { reason: "errcode 300005".to_owned() })
        }
        FaultSort::Partial => RequestFate::AcceptPart,
        FaultSort::Panic => RequestFate::Panic,
    }
}
