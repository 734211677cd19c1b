use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const NOON: Timestamp = Timestamp::constant(1_772_971_200, 0);

fn line(about: u64) -> Line {
    Line::About(Fingerprint::from_bits(about))
}

fn waiting(id: i64, about: u64, severity: Severity, seconds: i64) -> Waiting<()> {
    Waiting {
        id: DeliveryId(id),
        line: line(about),
        severity,
        next_at: NOON + SignedDuration::from_secs(seconds),
        item: (),
    }
}

/// The order in which all of `waiting` go if each is settled at once, at noon.
#[track_caller]
fn check(waiting: impl IntoIterator<Item = Waiting<()>>, expected: &[i64]) {
    let mut backlog = Backlog::default();
    waiting.into_iter().for_each(|it| backlog.push(it));
    let mut order = Vec::new();
    while let Some(taken) = backlog.take(NOON) {
        order.push(taken.id.0);
        backlog.settled(taken.line);
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
fn a_line_keeps_its_order_and_its_worst_pulls_the_first() {
    use Severity::{High, Low, Urgent};
    check([waiting(1, 1, Low, 0), waiting(2, 2, High, 0), waiting(3, 1, Urgent, 0)], &[1, 3, 2]);
}

#[test]
fn a_worse_one_ends_the_pause_of_the_first() {
    check([waiting(1, 1, Severity::Low, 30), waiting(2, 1, Severity::Urgent, 0)], &[1, 2]);
    check([waiting(1, 1, Severity::Low, 30), waiting(2, 1, Severity::Low, 0)], &[]);
}

#[test]
fn while_one_is_out_the_next_of_its_line_waits() {
    let mut backlog = Backlog::default();
    backlog.push(waiting(1, 1, Severity::Mid, 0));
    backlog.push(waiting(2, 1, Severity::Mid, 0));
    let first = backlog.take(NOON).unwrap();
    assert_eq!(backlog.take(NOON), None);
    backlog.push(waiting(3, 1, Severity::Urgent, 0));
    assert_eq!(backlog.take(NOON), None);

    backlog.put_back(first);
    assert_eq!(backlog.take(NOON).map(|it| it.id.0), Some(1));
    backlog.settled(line(1));
    assert_eq!(backlog.take(NOON).map(|it| it.id.0), Some(2));
}

#[test]
fn one_that_goes_on_alone_keeps_nobody_waiting() {
    let mut backlog = Backlog::default();
    backlog.push(waiting(1, 1, Severity::Mid, 0));
    backlog.push(waiting(2, 1, Severity::Mid, 0));
    let first = backlog.take(NOON).unwrap();
    let alone = Line::Alone(first.id);
    backlog.settled(first.line);
    backlog.put_back(Waiting { line: alone, next_at: NOON + SignedDuration::from_secs(9), ..first });
    assert_eq!(backlog.take(NOON).map(|it| it.id.0), Some(2));
    backlog.settled(line(1));
    assert_eq!(backlog.take(NOON + SignedDuration::from_secs(9)).map(|it| it.line), Some(alone));
    backlog.settled(alone);
    assert!(backlog.is_empty() && backlog.queues.is_empty());
}

#[test]
fn it_says_when_the_next_pause_ends() {
    let mut backlog = Backlog::default();
    assert_eq!(backlog.next_at(), None);
    backlog.push(waiting(1, 1, Severity::Mid, 9));
    backlog.push(waiting(2, 2, Severity::Mid, 5));
    assert_eq!(backlog.next_at(), Some(NOON + SignedDuration::from_secs(5)));
}

proptest! {
    #[test]
    fn each_goes_exactly_once_and_in_its_lines_order(lines in prop::collection::vec((0_u64..4, 0_usize..4, 0_i64..3), 0..40), retries in prop::collection::vec(any::<bool>(), 80)) {
        let mut backlog = Backlog::default();
        for (id, (about, severity, rest)) in (0..).zip(&lines) {
            backlog.push(waiting(id, *about, Severity::ALL[*severity], *rest));
        }
        prop_assert_eq!(backlog.len(), lines.len());
        let mut went: Vec<(Line, DeliveryId)> = Vec::new();
        let mut retries = retries.into_iter();
        let later = NOON + SignedDuration::from_secs(10);
        while let Some(taken) = backlog.take(later) {
            if retries.next() == Some(true) {
                backlog.put_back(taken);
            } else {
                backlog.settled(taken.line);
                went.push((taken.line, taken.id));
            }
        }
        prop_assert!(backlog.is_empty() && backlog.queues.is_empty() && backlog.ready.is_empty() && backlog.resting.is_empty());
        prop_assert_eq!(went.len(), lines.len());
        for about in 0..4 {
            let ids: Vec<_> = went.iter().filter(|it| it.0 == line(about)).collect();
            prop_assert!(ids.is_sorted());
        }
    }
}
