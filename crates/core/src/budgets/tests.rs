use std::num::NonZeroU32;
use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::fixtures::NOON;

/// Feishu's: five a second and a hundred a minute.
fn feishu() -> Vec<Budget> {
    [(5, 1), (100, 60)]
        .map(|(messages, seconds)| Budget {
            messages: NonZeroU32::new(messages).unwrap(),
            per: Duration::from_secs(seconds),
        })
        .to_vec()
}

fn after_noon(millis: i64) -> Timestamp {
    NOON + SignedDuration::from_millis(millis)
}

#[test]
fn without_a_budget_any_number_may_start() {
    let mut windows = SlidingWindows::new(Vec::new(), []);
    for _ in 0..1000 {
        windows.start(NOON, Share::Urgent);
    }
    assert_eq!(windows.free_at(NOON, Share::Urgent), Some(NOON));
    assert_eq!(windows.free_now(NOON, Share::Urgent), None);
}

#[test]
fn the_longest_period_is_that_of_the_budget_with_the_longest_stretch() {
    let windows = |budgets| SlidingWindows::new(budgets, []);
    assert_eq!(windows(feishu()).longest_period(), Some(Duration::from_secs(60)));
    assert_eq!(windows(Vec::new()).longest_period(), None);
}

#[test]
fn the_tightest_budget_decides_at_each_moment() {
    let mut windows = SlidingWindows::new(feishu(), []);
    assert_eq!(windows.free_now(NOON, Share::Urgent), Some(5), "the second's");
    let mut sent = 0;
    // Four a second: after 23 seconds the minute's ninety are nearly spent.
    for tick in 0..92 {
        let now = after_noon(tick * 250);
        if windows.free_now(now, Share::Urgent) != Some(0) {
            windows.start(now, Share::Urgent);
            windows.end(now);
            sent += 1;
        }
    }
    assert_eq!(sent, 90, "nine tenths of a hundred");
    let now = after_noon(23_000);
    assert_eq!(windows.free_now(now, Share::Urgent), Some(0), "the minute's");
    assert_eq!(windows.free_at(now, Share::OrdinaryFull), Some(after_noon(60_000 + 30 * 250)));
}

#[test]
fn a_send_under_way_counts_in_every_window() {
    let mut windows = SlidingWindows::new(feishu(), []);
    for _ in 0..5 {
        windows.start(NOON, Share::Urgent);
    }
    assert_eq!(windows.free_at(NOON, Share::Urgent), None);
    windows.end(NOON);
    assert_eq!(windows.free_at(NOON, Share::OrdinaryFull), None, "four are under way, the reserve is one");
    let free: Vec<usize> =
        windows.free_now_by_budget(NOON, Share::Urgent).into_iter().map(|(_, free)| free).collect();
    assert_eq!(free, [0, 85]);
}

proptest! {
    #[test]
    fn no_stretch_holds_more_than_its_budget(pauses in prop::collection::vec(0_i64..400, 300)) {
        let mut windows = SlidingWindows::new(feishu(), []);
        let (mut now, mut sent) = (NOON, Vec::new());
        for pause in pauses {
            now += SignedDuration::from_millis(pause);
            if windows.free_at(now, Share::Urgent).is_some_and(|at| at <= now) {
                windows.start(now, Share::Urgent);
                windows.end(now);
                sent.push(now);
            }
        }
        for Budget { messages, per } in feishu() {
            let per = SignedDuration::try_from(per).unwrap();
            for first in &sent {
                let within = sent.iter().filter(|it| *first <= **it && **it < *first + per).count();
                prop_assert!(within <= messages.get() as usize);
            }
        }
    }
}
