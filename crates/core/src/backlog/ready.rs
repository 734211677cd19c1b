//! The order of queues whose first delivery may go.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{DeliveryId, IncidentDigest, Severity, SourceName};

/// The age up to which an urgent delivery goes before older ones: after an outage of hours people must hear first of
/// what they can still act on. Ours.
const FRESH: SignedDuration = SignedDuration::from_mins(30);

/// The number of turns of which one belongs to whoever waits longest, whatever the severity: an overload by severe
/// alerts must not keep mild ones waiting without end. Ours: an eighth.
const TURNS: u32 = 8;

/// The time from which on a delivery counts as one that waits long.
const LONG_WAIT: Duration = Duration::from_secs(60);

/// The queue in which a delivery waits: only the first of a queue are ever out, one by one or in one digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueKey {
    /// The queue of all that is about one incident.
    Incident(IncidentDigest),
    /// A queue of one, for what is still owed to some recipients of a delivery: one mailbox
    /// that is full for a day must not keep the end of an alarm from everybody else.
    Delivery(DeliveryId),
}

/// The queues whose first delivery may go.
///
/// The most severe go first. Among those of one severity the sources take turns, so that one that floods delays no
/// other; a source's deliveries go in the order in which they came to be, but urgent ones that are [`FRESH`] before
/// those that are not. One turn in [`TURNS`] belongs to the delivery that has waited longest.
#[derive(Debug, Default)]
pub(crate) struct ReadyQueues {
    by_severity: BTreeMap<Reverse<Severity>, BySource>,
    by_age: BTreeSet<ReadyQueue>,
    /// The turns since whoever waited longest had one.
    turns: u32,
}

/// A queue by its first delivery: when it came to be, its number, and the queue. Sorted by age.
type ReadyQueue = (Timestamp, DeliveryId, QueueKey);

/// The queues of one severity.
#[derive(Debug, Default)]
struct BySource {
    sources: HashMap<SourceName, SourceQueues>,
    /// The sources by the turns that they have had.
    order: BTreeSet<(u64, SourceName)>,
    /// The turns of the source that went last: a source that joins has had as many.
    turn: u64,
}

#[derive(Debug)]
struct SourceQueues {
    turns: u64,
    queues: BTreeSet<ReadyQueue>, // Invariant: not empty.
}

/// The place of a queue among those that are ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadyPlace {
    pub(crate) severity: Severity,
    pub(crate) source: SourceName,
    pub(crate) owed_at: Timestamp,
    pub(crate) id: DeliveryId,
}

/// The choice of what goes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The most severe.
    Worst,
    /// The most severe; now and then whoever has waited longest.
    Fair,
}

impl ReadyQueues {
    pub(crate) fn insert(&mut self, place: &ReadyPlace, key: QueueKey) {
        let ReadyPlace { severity, source, owed_at, id } = place;
        self.by_age.insert((*owed_at, *id, key));
        let same = self.by_severity.entry(Reverse(*severity)).or_default();
        let turn = same.turn;
        let queues = same.sources.entry(source.clone()).or_insert_with(|| {
            same.order.insert((turn, source.clone()));
            SourceQueues { turns: turn, queues: BTreeSet::new() }
        });
        queues.queues.insert((*owed_at, *id, key));
    }

    pub(crate) fn remove(&mut self, place: &ReadyPlace, key: QueueKey) {
        let ReadyPlace { severity, source, owed_at, id } = place;
        self.by_age.remove(&(*owed_at, *id, key));
        let Some(same) = self.by_severity.get_mut(&Reverse(*severity)) else { return };
        let Some(queues) = same.sources.get_mut(source) else { return };
        queues.queues.remove(&(*owed_at, *id, key));
        if queues.queues.is_empty() {
            same.order.remove(&(queues.turns, source.clone()));
            same.sources.remove(source);
        }
        if same.sources.is_empty() {
            self.by_severity.remove(&Reverse(*severity));
        }
    }

    /// The severity of the most severe.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.by_severity.first_key_value().map(|(Reverse(severity), _)| *severity)
    }

    /// The queue that goes next at `now`, among those that `may_go`; its source, or whoever waits longest, has had
    /// its turn then.
    pub(crate) fn next(
        &mut self,
        now: Timestamp,
        turn: Turn,
        may_go: impl Fn(QueueKey) -> bool,
    ) -> Option<QueueKey> {
        match turn {
            Turn::Worst => {}
            Turn::Fair => {
                self.turns = (self.turns + 1) % TURNS;
                if self.turns == 0
                    && let Some((owed_at, _, key)) = self.by_age.first()
                    && LONG_WAIT <= waited(*owed_at, now)
                    && may_go(*key)
                {
                    return Some(*key);
                }
            }
        }
        self.by_severity.iter_mut().find_map(|(Reverse(severity), same)| same.next(*severity, now, &may_go))
    }
}

impl BySource {
    fn next(
        &mut self,
        severity: Severity,
        now: Timestamp,
        may_go: &impl Fn(QueueKey) -> bool,
    ) -> Option<QueueKey> {
        let fresh_from = match severity {
            Severity::Urgent => now.saturating_sub(FRESH).unwrap_or(Timestamp::MIN),
            Severity::Low | Severity::Mid | Severity::High => Timestamp::MIN,
        };
        // Of each source what is fresh, before what is not of any.
        let key = self.first(|queues| queues.first_from(fresh_from, may_go));
        let (source, key) = key.or_else(|| self.first(|queues| queues.first_from(Timestamp::MIN, may_go)))?;
        self.had_turn(&source);
        Some(key)
    }

    /// The first source, in the order of turns, for which `choose` finds a queue.
    fn first(&self, choose: impl Fn(&SourceQueues) -> Option<QueueKey>) -> Option<(SourceName, QueueKey)> {
        let queues = self.order.iter().filter_map(|(_, source)| Some((source, self.sources.get(source)?)));
        queues.into_iter().find_map(|(source, queues)| Some((source.clone(), choose(queues)?)))
    }

    fn had_turn(&mut self, source: &SourceName) {
        let Some(queues) = self.sources.get_mut(source) else { return };
        self.turn = self.turn.max(queues.turns);
        self.order.remove(&(queues.turns, source.clone()));
        queues.turns += 1;
        self.order.insert((queues.turns, source.clone()));
    }
}

impl SourceQueues {
    /// The oldest queue from `from` on that may go.
    fn first_from(&self, from: Timestamp, may_go: &impl Fn(QueueKey) -> bool) -> Option<QueueKey> {
        let first = (from, DeliveryId(i64::MIN), QueueKey::Delivery(DeliveryId(i64::MIN)));
        self.queues.range(first..).map(|(_, _, key)| *key).find(|key| may_go(*key))
    }
}

/// The time that has passed since `owed_at`.
fn waited(owed_at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(owed_at)).unwrap_or_default()
}
