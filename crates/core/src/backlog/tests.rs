use std::cmp::Reverse;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::IncidentDigest;

const NOON: Timestamp = Timestamp::constant(1_772_971_200, 0);

fn queue(about: u64) -> QueueKey {
    QueueKey::Incident(IncidentDigest::from_bits(about.into()))
}

fn waiting(id: i64, about: u64, severity: Severity, seconds: i64) -> Waiting<()> {
    Waiting {
        id: DeliveryId(id),
        queue: queue(about),
        severity,
        source: "thinklink".into(),
        owed_at: NOON + SignedDuration::from_millis(id),
        next_at: NOON + SignedDuration::from_secs(seconds),
        item: (),
    }
}

fn later(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn ids(taken: &[Waiting<()>]) -> Vec<i64> {
    taken.iter().map(|it| it.id.0).collect()
}

impl Backlog<()> {
    fn push_all(&mut self, waiting: impl IntoIterator<Item = Waiting<()>>) {
        waiting.into_iter().for_each(|it| self.push(it));
    }

    fn with(waiting: impl IntoIterator<Item = Waiting<()>>) -> Self {
        let mut backlog = Self::default();
        backlog.push_all(waiting);
        backlog
    }

    /// Nothing is left of what was in it.
    fn is_bare(&self) -> bool {
        let Self { queues, ready, resting, could_go, len } = self;
        queues.is_empty()
            && ready.worst().is_none()
            && resting.is_empty()
            && *could_go == SeverityCounts::default()
            && *len == 0
    }
}

/// A delivery of an incident of its own that came to be so many minutes before noon.
fn of_source(id: i64, source: &str, severity: Severity, minutes_ago: i64) -> Waiting<()> {
    let owed_at = NOON - SignedDuration::from_mins(minutes_ago);
    Waiting { source: source.into(), owed_at, ..waiting(id, id.unsigned_abs(), severity, 0) }
}

/// The order in which so many go at noon, each settled at once.
fn order_of(backlog: &mut Backlog<()>, turn: Turn, many: usize) -> Vec<i64> {
    let taken = std::iter::from_fn(|| {
        let taken = backlog.take(NOON, turn)?;
        backlog.settled(taken.queue);
        Some(taken.id.0)
    });
    taken.take(many).collect()
}

#[test]
fn a_source_that_floods_delays_another_by_one_message() {
    let flood = (1..=2_000).map(|id| of_source(id, "flood", Severity::High, 0));
    let mut backlog = Backlog::with(flood);
    assert_eq!(order_of(&mut backlog, Turn::Worst, 3), [1, 2, 3]);
    backlog.push_all((3_001..=3_003).map(|id| of_source(id, "other", Severity::High, 0)));
    assert_eq!(order_of(&mut backlog, Turn::Worst, 7), [3_001, 4, 3_002, 5, 3_003, 6, 7]);
}

#[test]
fn sources_take_turns_within_a_severity_and_never_across() {
    let low = (1..=4).map(|id| of_source(id, "quiet", Severity::Low, 0));
    let high = (5..=8).map(|id| of_source(id, "loud", Severity::High, 0));
    let mut backlog = Backlog::with(low.chain(high));
    assert_eq!(order_of(&mut backlog, Turn::Worst, 9), [5, 6, 7, 8, 1, 2, 3, 4]);
}

#[test]
fn a_source_that_was_silent_has_saved_no_turns() {
    let mut backlog = Backlog::with((1..=100).map(|id| of_source(id, "a", Severity::Mid, 0)));
    order_of(&mut backlog, Turn::Worst, 50);
    backlog.push_all((101..=150).map(|id| of_source(id, "b", Severity::Mid, 0)));
    let next = order_of(&mut backlog, Turn::Worst, 10);
    assert_eq!(next.iter().filter(|id| **id > 100).count(), 5, "{next:?}");
}

#[test]
fn a_digest_has_lines_of_every_source() {
    let flood = (1..=500).map(|id| of_source(id, "flood", Severity::High, 0));
    let mut backlog = Backlog::with(flood.chain([of_source(501, "other", Severity::High, 0)]));
    let digest = backlog.gather(NOON, 10);
    assert_eq!(ids(&digest), [1, 501, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn after_an_outage_urgent_ones_of_minutes_go_before_those_of_hours() {
    let old = [(1, 300), (2, 200), (3, 31)].map(|(id, ago)| of_source(id, "a", Severity::Urgent, ago));
    let fresh = [(4, 29), (5, 10), (6, 1)].map(|(id, ago)| of_source(id, "a", Severity::Urgent, ago));
    let mut backlog = Backlog::with(old.into_iter().chain(fresh));
    assert_eq!(order_of(&mut backlog, Turn::Worst, 9), [4, 5, 6, 1, 2, 3]);
}

#[test]
fn a_source_with_old_urgent_ones_waits_for_the_fresh_ones_of_another() {
    let old = (1..=3).map(|id| of_source(id, "a", Severity::Urgent, 120));
    let fresh = (4..=6).map(|id| of_source(id, "b", Severity::Urgent, 2));
    let mut backlog = Backlog::with(old.chain(fresh));
    assert_eq!(order_of(&mut backlog, Turn::Worst, 9), [4, 5, 6, 1, 2, 3]);
}

#[test]
fn what_is_not_urgent_goes_in_the_order_in_which_it_came_to_be_however_old() {
    let high = [(1, 300), (2, 20), (3, 1)].map(|(id, ago)| of_source(id, "a", Severity::High, ago));
    let mut backlog = Backlog::with(high);
    assert_eq!(order_of(&mut backlog, Turn::Worst, 9), [1, 2, 3]);
}

#[test]
fn in_an_overload_one_turn_in_eight_is_that_of_whoever_waits_longest() {
    let severe = (1..=100).map(|id| of_source(id, "a", Severity::High, 0));
    let mild = [(201, 50), (202, 40), (203, 30)].map(|(id, ago)| of_source(id, "a", Severity::Low, ago));
    let mut backlog = Backlog::with(severe.chain(mild));
    let order = order_of(&mut backlog, Turn::Fair, 24);
    let places: Vec<_> = [201, 202, 203].map(|id| order.iter().position(|it| *it == id)).to_vec();
    assert_eq!(places, [Some(7), Some(15), Some(23)]);
}

#[test]
fn whoever_has_not_waited_for_a_minute_has_no_turn_before_the_more_severe() {
    let severe = (1..=20).map(|id| of_source(id, "a", Severity::High, 0));
    let mut backlog = Backlog::with(severe.chain([of_source(99, "a", Severity::Low, 0)]));
    assert_eq!(order_of(&mut backlog, Turn::Fair, 30).last(), Some(&99));
}

/// The order in which all of `waiting` go if each is settled at once, at noon.
#[track_caller]
fn check(waiting: impl IntoIterator<Item = Waiting<()>>, expected: &[i64]) {
    let mut backlog = Backlog::with(waiting);
    let mut order = Vec::new();
    while let Some(taken) = backlog.take(NOON, Turn::Worst) {
        order.push(taken.id.0);
        backlog.settled(taken.queue);
    }
    assert_eq!(order, expected);
}

#[test]
fn the_worst_goes_first_and_then_the_oldest() {
    use Severity::{Low, Mid, Urgent};
    check(
        [waiting(1, 1, Mid, 0), waiting(2, 2, Low, 0), waiting(3, 3, Urgent, 0), waiting(4, 4, Mid, 0)],
        &[3, 1, 4, 2],
    );
}

#[test]
fn one_that_rests_does_not_go() {
    check([waiting(1, 1, Severity::Urgent, 1), waiting(2, 2, Severity::Low, 0)], &[2]);
}

#[test]
fn a_queue_keeps_its_order_and_its_worst_pulls_the_first() {
    use Severity::{High, Low, Urgent};
    check([waiting(1, 1, Low, 0), waiting(2, 2, High, 0), waiting(3, 1, Urgent, 0)], &[1, 3, 2]);
}

#[test]
fn a_worse_one_ends_the_pause_of_the_first() {
    check([waiting(1, 1, Severity::Low, 30), waiting(2, 1, Severity::Urgent, 0)], &[1, 2]);
    check([waiting(1, 1, Severity::Low, 30), waiting(2, 1, Severity::Low, 0)], &[]);
}

#[test]
fn while_one_is_out_the_next_of_its_queue_waits() {
    let mut backlog = Backlog::default();
    backlog.push(waiting(1, 1, Severity::Mid, 0));
    backlog.push(waiting(2, 1, Severity::Mid, 0));
    let first = backlog.take(NOON, Turn::Worst).unwrap();
    assert_eq!(backlog.take(NOON, Turn::Worst), None);
    backlog.push(waiting(3, 1, Severity::Urgent, 0));
    assert_eq!(backlog.take(NOON, Turn::Worst), None);

    backlog.put_back(first);
    assert_eq!(backlog.take(NOON, Turn::Worst).map(|it| it.id.0), Some(1));
    backlog.settled(queue(1));
    assert_eq!(backlog.take(NOON, Turn::Worst).map(|it| it.id.0), Some(2));
}

#[test]
fn one_that_goes_on_alone_keeps_nobody_waiting() {
    let mut backlog = Backlog::default();
    backlog.push(waiting(1, 1, Severity::Mid, 0));
    backlog.push(waiting(2, 1, Severity::Mid, 0));
    let first = backlog.take(NOON, Turn::Worst).unwrap();
    let alone = QueueKey::Delivery(first.id);
    backlog.settled(first.queue);
    backlog.put_back(Waiting { queue: alone, next_at: NOON + SignedDuration::from_secs(9), ..first });
    assert_eq!(backlog.take(NOON, Turn::Worst).map(|it| it.id.0), Some(2));
    backlog.settled(queue(1));
    assert_eq!(backlog.take(later(9), Turn::Worst).map(|it| it.queue), Some(alone));
    backlog.settled(alone);
    assert!(backlog.is_bare());
}

#[test]
fn a_worse_one_that_joins_during_an_attempt_ends_the_pause_after_it_but_only_once() {
    let mut backlog = Backlog::with([waiting(1, 1, Severity::Low, 0)]);
    let first = backlog.take(NOON, Turn::Worst).unwrap();
    backlog.push(waiting(2, 1, Severity::Urgent, 5));
    backlog.put_back(Waiting { next_at: later(30), ..first });
    let first = backlog.take(later(5), Turn::Worst).unwrap();
    assert_eq!(first.id.0, 1);
    backlog.put_back(Waiting { next_at: later(60), ..first });
    assert_eq!(backlog.take(later(59), Turn::Worst), None);
}

#[test]
fn one_as_bad_that_joins_during_an_attempt_does_not_end_the_pause_after_it() {
    let mut backlog = Backlog::with([waiting(1, 1, Severity::High, 0)]);
    let first = backlog.take(NOON, Turn::Worst).unwrap();
    backlog.push(waiting(2, 1, Severity::High, 5));
    backlog.put_back(Waiting { next_at: later(30), ..first });
    assert_eq!(backlog.take(later(29), Turn::Worst), None);
}

#[test]
fn who_keeps_what_is_out_is_told_once_of_a_worse_one_that_has_joined() {
    let mut backlog = Backlog::default();
    backlog.push(waiting(1, 1, Severity::Low, 0));
    assert_eq!(backlog.take_raised_priority(queue(1)), None); // nothing is out
    backlog.take(NOON, Turn::Worst).unwrap();
    assert_eq!(backlog.take_raised_priority(queue(1)), None); // and nothing has joined
    backlog.push(waiting(2, 1, Severity::High, 5));
    backlog.push(waiting(3, 1, Severity::Mid, 0));
    assert_eq!(backlog.take_raised_priority(queue(1)), Some((Severity::High, later(5))));
    assert_eq!(backlog.take_raised_priority(queue(1)), None);
}

#[test]
fn an_older_one_goes_before_those_that_already_wait_in_its_queue() {
    check([waiting(2, 1, Severity::Low, 0), waiting(1, 1, Severity::Low, 0)], &[1, 2]);
    check([waiting(2, 1, Severity::Low, 9), waiting(1, 1, Severity::Low, 0)], &[1]);
}

#[test]
fn it_says_when_the_next_pause_ends() {
    let mut backlog = Backlog::default();
    assert_eq!(backlog.next_at(), None);
    backlog.push(waiting(1, 1, Severity::Mid, 9));
    backlog.push(waiting(2, 2, Severity::Mid, 5));
    assert_eq!(backlog.next_at(), Some(NOON + SignedDuration::from_secs(5)));
}

/// The deliveries that go into a digest of at most `most` at noon.
#[track_caller]
fn check_digest(waiting: impl IntoIterator<Item = Waiting<()>>, most: usize, expected: &[i64]) {
    let mut backlog = Backlog::with(waiting);
    let before = backlog.len();
    assert_eq!(ids(&backlog.gather(NOON, most)), expected);
    assert_eq!(backlog.len(), before - expected.len());
}

fn alone(id: i64, severity: Severity, seconds: i64) -> Waiting<()> {
    Waiting { queue: QueueKey::Delivery(DeliveryId(id)), ..waiting(id, 0, severity, seconds) }
}

#[test]
fn a_digest_tells_the_worst_queue_first_and_each_queue_to_its_end() {
    use Severity::{High, Low, Mid, Urgent};
    let all = [
        waiting(1, 1, Mid, 0),
        waiting(2, 2, Low, 0),
        waiting(3, 3, High, 0),
        waiting(4, 2, Urgent, 0),
        waiting(5, 1, Low, 0),
        waiting(6, 4, Mid, 0),
    ];
    check_digest(all.clone(), 10, &[2, 4, 3, 1, 5, 6]);
    check_digest(all.clone(), 6, &[2, 4, 3, 1, 5, 6]);
    check_digest(all.clone(), 4, &[2, 4, 3, 1]);
    check_digest(all.clone(), 1, &[2]);
    check_digest(all, 0, &[]);
}

#[test]
fn a_queue_that_rests_stays_out_of_a_digest() {
    check_digest([waiting(1, 1, Severity::Urgent, 1), waiting(2, 2, Severity::Low, 0)], 10, &[2]);
    check_digest([waiting(1, 1, Severity::Urgent, 1)], 10, &[]);
}

#[test]
fn those_behind_one_that_may_go_are_in_its_digest_whatever_their_pause() {
    check_digest([waiting(1, 1, Severity::Mid, 0), waiting(2, 1, Severity::Mid, 9)], 10, &[1, 2]);
}

#[test]
fn one_that_waits_alone_shares_no_digest_and_keeps_its_turn() {
    let mild = alone(1, Severity::Low, 0);
    check_digest(
        [mild.clone(), waiting(2, 2, Severity::Mid, 0), waiting(3, 3, Severity::Low, 0)],
        10,
        &[2, 3],
    );
    let bad = alone(1, Severity::Urgent, 0);
    check_digest([bad.clone(), waiting(2, 2, Severity::Mid, 0)], 10, &[1]);
    check_digest([bad.clone(), alone(2, Severity::Urgent, 0)], 10, &[1]);
    check_digest([bad], 0, &[]);
}

#[test]
fn a_queue_that_was_cut_goes_on_when_all_of_it_that_was_told_has_ended() {
    let mut backlog = Backlog::with((1..=4).map(|id| waiting(id, 1, Severity::Mid, 0)));
    assert_eq!(ids(&backlog.gather(NOON, 3)), [1, 2, 3]);
    for _ in 0..3 {
        assert_eq!(backlog.take(NOON, Turn::Worst), None);
        assert_eq!(backlog.worst_ready(NOON), None);
        backlog.settled(queue(1));
    }
    assert_eq!(backlog.take(NOON, Turn::Worst).map(|it| it.id.0), Some(4));
    backlog.settled(queue(1));
    assert!(backlog.is_bare());
}

/// Gathers 1, 2 and 3 of a queue of four and puts them back in the order of `order`.
#[track_caller]
fn check_put_back(order: [usize; 3]) {
    let mut backlog = Backlog::with((1..=4).map(|id| waiting(id, 1, Severity::Mid, 0)));
    let gathered = backlog.gather(NOON, 3);
    backlog.push(waiting(5, 1, Severity::Mid, 0));
    for index in order {
        assert_eq!(backlog.take(NOON, Turn::Worst), None, "some of the queue are still out");
        backlog.put_back(gathered[index].clone());
    }
    assert_eq!(ids(&backlog.gather(NOON, 10)), [1, 2, 3, 4, 5]);
}

#[test]
fn a_digest_that_failed_is_put_back_in_any_order() {
    check_put_back([2, 1, 0]);
    check_put_back([0, 1, 2]);
    check_put_back([1, 2, 0]);
}

#[test]
fn what_found_no_room_in_a_digest_waits_until_the_rest_of_its_queue_has_ended() {
    let mut backlog = Backlog::with((1..=3).map(|id| waiting(id, 1, Severity::Mid, 0)));
    let mut gathered = backlog.gather(NOON, 10);
    backlog.put_back(gathered.pop().unwrap());
    assert_eq!(backlog.take(NOON, Turn::Worst), None);
    backlog.settled(queue(1));
    assert_eq!(backlog.take(NOON, Turn::Worst), None);
    backlog.settled(queue(1));
    assert_eq!(backlog.take(NOON, Turn::Worst).map(|it| it.id.0), Some(3));
}

#[test]
fn one_of_a_digest_that_goes_on_alone_lets_its_queue_go_on() {
    let mut backlog = Backlog::with((1..=3).map(|id| waiting(id, 1, Severity::Mid, 0)));
    let gathered = backlog.gather(NOON, 2);
    backlog.settled(queue(1));
    backlog.settled(queue(1));
    backlog.put_back(Waiting { queue: QueueKey::Delivery(DeliveryId(2)), ..gathered[1].clone() });
    assert_eq!(ids(&backlog.gather(NOON, 10)), [2]);
    assert_eq!(ids(&backlog.gather(NOON, 10)), [3]);
}

#[test]
fn it_says_how_bad_the_next_is_and_how_many_could_go() {
    use Severity::{High, Low, Mid, Urgent};
    let mut backlog = Backlog::with([
        waiting(1, 1, Low, 0),
        waiting(2, 2, Low, 0),
        waiting(3, 2, High, 0),
        waiting(4, 3, Urgent, 5),
    ]);
    let mut check = |now, worst, at_least: [usize; 4]| {
        assert_eq!(backlog.worst_ready(now), worst);
        assert_eq!(Severity::ALL.map(|severity| backlog.ready_at_least(severity, now)), at_least);
    };
    check(NOON, Some(High), [3, 2, 2, 0]);
    check(later(5), Some(Urgent), [4, 3, 3, 1]);
    backlog.push(waiting(5, 1, Mid, 5));
    backlog.push(waiting(6, 2, Low, 5));
    let mut check = |worst, at_least: [usize; 4]| {
        assert_eq!(backlog.worst_ready(later(5)), worst);
        assert_eq!(Severity::ALL.map(|severity| backlog.ready_at_least(severity, later(5))), at_least);
    };
    check(Some(Urgent), [6, 6, 4, 1]);
    assert_eq!(ids(&backlog.gather(later(5), 2)), [4, 2]);
    assert_eq!(backlog.worst_ready(later(5)), Some(Mid));
    assert_eq!(Severity::ALL.map(|severity| backlog.ready_at_least(severity, later(5))), [2, 2, 0, 0]);
}

/// Quick only if no step looks at all that wait.
#[test]
fn a_hundred_thousand_are_gathered_as_fast_from_one_queue_as_from_many() {
    const MANY: i64 = 100_000;
    for queues in [1, 1_000, MANY as u64] {
        let severity = |id: i64| Severity::ALL[id as usize % 4];
        let all = (0..MANY).map(|id| waiting(id, id as u64 % queues, severity(id), 0));
        let mut backlog = Backlog::with(all);
        let mut told = 0;
        while let Some(first) = backlog.take(NOON, Turn::Worst) {
            assert!(backlog.ready_at_least(Severity::Low, NOON) <= backlog.len());
            backlog.put_back(first);
            let gathered = backlog.gather(NOON, 40);
            told += gathered.len();
            gathered.iter().for_each(|it| backlog.settled(it.queue));
        }
        assert_eq!(told, MANY as usize);
        assert!(backlog.is_bare());
    }
}

/// One that waits: its queue (or alone), its severity and its pause.
fn any_waiting() -> impl Strategy<Value = (Option<u64>, usize, i64)> {
    (prop::option::weighted(0.9, 0_u64..5), 0_usize..4, 0_i64..3)
}

fn all_waiting(queues: &[(Option<u64>, usize, i64)]) -> Vec<Waiting<()>> {
    (0..)
        .zip(queues)
        .map(|(id, (about, severity, rest))| match about {
            Some(about) => waiting(id, *about, Severity::ALL[*severity], *rest),
            None => alone(id, Severity::ALL[*severity], *rest),
        })
        .collect()
}

proptest! {
    #[test]
    fn a_digest_begins_with_what_goes_next_tells_queue_after_queue_and_leaves_no_room(
        queues in prop::collection::vec(any_waiting(), 0..40),
        most in 0_usize..20,
        now in 0_i64..4,
    ) {
        let all = all_waiting(&queues);
        let now = later(now);
        let (mut backlog, mut one_by_one) = (Backlog::with(all.clone()), Backlog::with(all.clone()));
        let gathered = backlog.gather(now, most);
        let next = one_by_one.take(now, Turn::Worst).filter(|_| most > 0);
        prop_assert_eq!(gathered.first(), next.as_ref());
        prop_assert!(gathered.len() <= most);

        let queues: Vec<QueueKey> = gathered.chunk_by(|a, b| a.queue == b.queue).map(|chunk| chunk[0].queue).collect();
        let mut each_once = queues.clone();
        each_once.sort();
        each_once.dedup();
        prop_assert_eq!(queues.len(), each_once.len());
        prop_assert!(gathered.chunk_by(|a, b| a.queue == b.queue).all(|it| it.is_sorted_by_key(|it| it.id)));
        let worst_then_oldest = |queue: &QueueKey| {
            let of_queue = || all.iter().filter(|it| it.queue == *queue);
            (of_queue().map(|it| Reverse(it.severity)).min(), of_queue().map(|it| it.id).min())
        };
        prop_assert!(queues.is_sorted_by_key(worst_then_oldest), "{queues:?}");
        let is_alone = |queue: &QueueKey| matches!(queue, QueueKey::Delivery(_));
        prop_assert!(gathered.len() <= 1 || !queues.iter().any(is_alone));

        if gathered.len() < most && !queues.iter().any(is_alone) {
            while let Some(left) = backlog.take(now, Turn::Worst) {
                prop_assert!(is_alone(&left.queue), "{left:?} had room");
            }
        }
    }

    #[test]
    fn whatever_is_gathered_settled_and_put_back_each_ends_once_and_in_its_queues_order(
        queues in prop::collection::vec(any_waiting(), 0..40),
        sizes in prop::collection::vec(1_usize..8, 1..100),
        retries in prop::collection::vec(any::<bool>(), 200),
    ) {
        let all = all_waiting(&queues);
        let mut backlog = Backlog::with(all.clone());
        let (mut went, mut retries) = (Vec::new(), retries.into_iter());
        for most in sizes.into_iter().chain(std::iter::repeat(5)) {
            let ready = backlog.ready_at_least(Severity::Low, later(10));
            prop_assert_eq!(ready, backlog.len());
            let gathered = backlog.gather(later(10), most);
            if gathered.is_empty() {
                break;
            }
            // What has no room at a digest's end goes back.
            let (mut back, mut is_over) = (Vec::new(), false);
            for it in gathered {
                is_over |= retries.next() == Some(true);
                if is_over { back.push(it) } else { went.push(it.clone()); backlog.settled(it.queue) }
            }
            back.into_iter().rev().for_each(|it| backlog.put_back(it));
        }
        prop_assert!(backlog.is_bare());
        prop_assert_eq!(went.len(), all.len());
        for queue in all.iter().map(|it| it.queue) {
            prop_assert!(went.iter().filter(|it| it.queue == queue).is_sorted_by(|a, b| a.id < b.id));
        }
    }
}

proptest! {
    #[test]
    fn each_goes_exactly_once_and_in_its_queues_order(queues in prop::collection::vec((0_u64..4, 0_usize..4, 0_i64..3), 0..40), retries in prop::collection::vec(any::<bool>(), 80)) {
        let mut backlog = Backlog::default();
        for (id, (about, severity, rest)) in (0..).zip(&queues) {
            backlog.push(waiting(id, *about, Severity::ALL[*severity], *rest));
        }
        prop_assert_eq!(backlog.len(), queues.len());
        let mut went: Vec<(QueueKey, DeliveryId)> = Vec::new();
        let mut retries = retries.into_iter();
        let later = NOON + SignedDuration::from_secs(10);
        while let Some(taken) = backlog.take(later, Turn::Worst) {
            if retries.next() == Some(true) {
                backlog.put_back(taken);
            } else {
                backlog.settled(taken.queue);
                went.push((taken.queue, taken.id));
            }
        }
        prop_assert!(backlog.is_bare());
        prop_assert_eq!(went.len(), queues.len());
        for about in 0..4 {
            let ids: Vec<_> = went.iter().filter(|it| it.0 == queue(about)).collect();
            prop_assert!(ids.is_sorted());
        }
    }
}

#[test]
fn what_waits_alone_in_its_queue_makes_room_for_itself_only() {
    let backlog = Backlog::with((0..10).map(|id| waiting(id, id.unsigned_abs(), Severity::Mid, 0)));
    assert!(backlog.queues.values().all(|queue| queue.waiting.capacity() == 1));
}

#[test]
fn what_is_removed_waits_no_more_and_those_behind_it_go() {
    let mut backlog = Backlog::with([
        waiting(1, 7, Severity::Urgent, 0),
        waiting(2, 7, Severity::Low, 0),
        waiting(3, 8, Severity::High, 5),
    ]);
    assert_eq!(backlog.worst_ready(later(0)), Some(Severity::Urgent));
    let removed = backlog.remove(&[DeliveryId(1), DeliveryId(9)].into());
    assert_eq!((ids(&removed), backlog.len()), (vec![1], 2));
    assert_eq!(backlog.worst_ready(later(0)), Some(Severity::Low));
    assert_eq!(ids(&backlog.remove(&[DeliveryId(2), DeliveryId(3)].into())).len(), 2);
    assert!(backlog.is_bare());
}

#[test]
fn what_is_removed_from_behind_one_that_is_out_leaves_its_queue_bare() {
    let mut backlog = Backlog::with([waiting(1, 7, Severity::Low, 0), waiting(2, 7, Severity::Low, 0)]);
    let out = backlog.take(later(0), Turn::Worst).unwrap();
    assert_eq!(ids(&backlog.remove(&[DeliveryId(2)].into())), [2]);
    backlog.settled(out.queue);
    assert!(backlog.is_bare());
}
