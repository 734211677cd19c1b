use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::fixtures::{NOON, after_noon};

fn budget(messages: u32, seconds: u64) -> Budget {
    Budget { messages: NonZeroU32::new(messages).unwrap(), per: Duration::from_secs(seconds) }
}

#[test]
fn nine_tenths_of_a_budget_are_usable_and_at_least_one() {
    let usable = |messages| budget(messages, 60).usable();
    assert_eq!([1, 2, 9, 10, 20, 100].map(usable), [1, 2, 9, 9, 18, 90]);
}

#[test]
fn a_third_of_what_is_usable_is_kept_for_what_is_urgent() {
    let reserve = |messages| budget(messages, 60).reserve();
    assert_eq!([1, 2, 3, 9, 20, 100].map(reserve), [0, 0, 1, 3, 6, 30]);
    let by = |share| budget(20, 60).usable_by(share);
    assert_eq!([Share::Urgent, Share::Ordinary, Share::OrdinaryFull].map(by), [18, 12, 12]);
}

#[test]
fn as_many_as_the_budget_has_may_start_at_once() {
    let mut window = SlidingWindow::new(budget(2, 60), []);
    for share in [Share::Urgent, Share::Ordinary] {
        assert_eq!(window.free_at(NOON, share), Some(NOON));
        window.start(NOON, share);
    }
    assert_eq!(window.free_at(NOON, Share::Urgent), None);
    assert_eq!(window.free_at(NOON, Share::Ordinary), None);
}

#[test]
fn a_send_counts_until_the_period_after_its_end() {
    let mut window = SlidingWindow::new(budget(1, 60), []);
    window.start(NOON, Share::Urgent);
    window.end(after_noon(5));
    for (now, free_at) in [(5, 65), (64, 65), (65, 65), (99, 99)] {
        assert_eq!(window.free_at(after_noon(now), Share::Urgent), Some(after_noon(free_at)));
    }
}

/// The time at which each of `shares` starts, in seconds after noon, if all wait from noon on,
/// 20 a minute are allowed, and each takes no time.
#[track_caller]
fn check_starts(shares: &[Share], expected: &[i64]) {
    let mut window = SlidingWindow::new(budget(20, 60), []);
    let mut now = NOON;
    let starts: Vec<_> = shares
        .iter()
        .map(|share| {
            now = now.max(window.free_at(now, *share).unwrap());
            window.start(now, *share);
            window.end(now);
            now.duration_since(NOON).as_secs()
        })
        .collect();
    assert_eq!(starts, expected);
}

#[test]
fn once_half_of_their_part_is_used_ordinary_ones_keep_a_distance() {
    let paced = [0, 0, 0, 0, 0, 0, 0, 5, 10, 15, 20, 25, 60, 60, 65, 70, 75, 80, 85];
    check_starts(&[Share::Ordinary; 19], &paced);
}

#[test]
fn a_digest_that_is_full_waits_for_nothing_but_the_count() {
    let at_once = [[0; 12], [60; 12]].concat();
    check_starts(&[Share::OrdinaryFull; 24], &at_once);
}

#[test]
fn what_is_urgent_uses_all_there_is_and_spreads_out_the_last_of_it() {
    let starts = [&[0; 15][..], &[15, 30, 45, 60, 60]].concat();
    check_starts(&[Share::Urgent; 20], &starts);
}

#[test]
fn after_many_urgent_ones_the_reserve_is_kept_for_more_of_them() {
    let shares = [&[Share::Urgent; 12][..], &[Share::OrdinaryFull]].concat();
    check_starts(&shares, &[&[0; 12][..], &[60]].concat());
}

#[test]
fn an_ordinary_burst_leaves_room_for_what_is_urgent() {
    let shares = [&[Share::OrdinaryFull; 12][..], &[Share::Urgent; 6]].concat();
    check_starts(&shares, &[&[0; 15][..], &[15, 30, 45]].concat());
}

#[test]
fn it_says_how_many_the_count_lets_start() {
    let mut window = SlidingWindow::new(budget(20, 60), [after_noon(-60), after_noon(-59)]);
    let mut check = |now, expected| {
        assert_eq!(
            [Share::Urgent, Share::Ordinary, Share::OrdinaryFull].map(|it| window.free_now(now, it)),
            expected
        );
    };
    check(NOON, [17, 11, 11]);
    check(after_noon(1), [18, 12, 12]);
    (0..14).for_each(|_| window.start(NOON, Share::Urgent));
    assert_eq!(window.free_now(NOON, Share::Urgent), 4);
    assert_eq!(window.free_now(NOON, Share::Ordinary), 0);
}

/// Sends by the window's leave, with a naive account of them beside it.
struct BudgetUser {
    budget: Budget,
    window: SlidingWindow,
    now: Timestamp,
    under_way: Vec<Sent>,
    ended: Vec<Sent>,
    arrivals: Vec<Timestamp>,
    last_ordinary: Option<Timestamp>,
    last_urgent: Option<Timestamp>,
}

/// The time at which a send ends or ended, and on whose share.
type Sent = (Timestamp, Share);

/// One send: how long after the one before, how long it takes, after what part
/// of that (in hundredths) the provider counts it, and its share. Times in milliseconds.
type Send = (i64, i64, i64, Share);

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![Just(Share::Urgent), Just(Share::Ordinary), Just(Share::OrdinaryFull)]
}

impl BudgetUser {
    fn new(budget: Budget) -> Self {
        Self {
            budget,
            window: SlidingWindow::new(budget, []),
            now: NOON,
            under_way: vec![],
            ended: vec![],
            arrivals: vec![],
            last_ordinary: None,
            last_urgent: None,
        }
    }

    fn send(&mut self, (pause, takes, part, share): Send) {
        self.now += SignedDuration::from_millis(pause);
        loop {
            self.end_what_is_over();
            self.check_restarted();
            let free_at = self.window.free_at(self.now, share);
            self.check_reserve();
            match free_at {
                Some(at) if at <= self.now => break,
                Some(at) => {
                    self.check_needed(at, share);
                    self.now = self.under_way.iter().map(|it| it.0).fold(at, Timestamp::min);
                }
                None => self.now = self.under_way.iter().map(|it| it.0).min().unwrap(),
            }
        }
        assert!(self.may_start(self.now, share), "too early");
        self.window.start(self.now, share);
        match share {
            Share::Urgent => self.last_urgent = Some(self.now),
            Share::Ordinary | Share::OrdinaryFull => self.last_ordinary = Some(self.now),
        }
        self.under_way.push((self.now + SignedDuration::from_millis(takes), share));
        self.arrivals.push(self.now + SignedDuration::from_millis(takes * part / 100));
    }

    fn end_what_is_over(&mut self) {
        let now = self.now;
        let mut over: Vec<_> = self.under_way.extract_if(.., |sent| sent.0 <= now).collect();
        over.sort_by_key(|sent| sent.0);
        over.iter().for_each(|sent| self.window.end(sent.0));
        self.ended.extend(over);
    }

    /// The shares of those that count at `at`, if nothing ends until then.
    fn counting(&self, at: Timestamp) -> Vec<Share> {
        let counts = |sent: &&Sent| at < sent.0 + SignedDuration::try_from(self.budget.per).unwrap();
        self.under_way.iter().chain(self.ended.iter().filter(counts)).map(|sent| sent.1).collect()
    }

    /// The rule, as an operator would say it.
    fn may_start(&self, at: Timestamp, share: Share) -> bool {
        let used = self.counting(at).len();
        let ordinary = self.budget.usable() - self.budget.usable() / 3;
        let distance = SignedDuration::try_from(self.budget.per / ordinary as u32).unwrap();
        let keeps_its_distance = self.last_ordinary.is_none_or(|last| last + distance <= at);
        match share {
            Share::Urgent => {
                let left = self.budget.usable().saturating_sub(used);
                left > self.budget.usable() / 3 / 2 || (left > 0 && self.is_spread_out(at, left))
            }
            Share::OrdinaryFull => used < ordinary,
            Share::Ordinary => used < ordinary && (used * 2 <= ordinary || keeps_its_distance),
        }
    }

    /// The rest is shared out over the time from the last urgent one until the next send leaves the window.
    fn is_spread_out(&self, at: Timestamp, left: usize) -> bool {
        let per = SignedDuration::try_from(self.budget.per).unwrap();
        let leaving = self.ended.iter().map(|sent| sent.0 + per).filter(|leaves| at < *leaves).min();
        let (Some(last), Some(more_at)) = (self.last_urgent, leaving) else { return true };
        let share = Duration::try_from(more_at.duration_since(last)).unwrap() / (left as u32 + 1);
        last + share <= at
    }

    /// The send may start at `at`, and not just before. An urgent one may be asked for
    /// more patience then: there is another to share the rest with.
    fn check_needed(&self, at: Timestamp, share: Share) {
        let just_before = at - SignedDuration::from_nanos(1);
        assert!(!self.may_start(just_before, share), "needlessly waits until {at}");
        assert!(share == Share::Urgent || self.may_start(at, share), "starts too early at {at}");
    }

    /// For every mix of other sends, an urgent one need not wait before half as many as the reserve has were.
    fn check_reserve(&mut self) {
        let urgent = self.counting(self.now).into_iter().filter(|share| *share == Share::Urgent).count();
        let reserve = self.budget.usable() / 3;
        if urgent < reserve - reserve / 2 {
            assert_eq!(self.window.free_at(self.now, Share::Urgent), Some(self.now));
        }
    }

    /// A window made from what the store remembers answers the same, but for the distance.
    fn check_restarted(&mut self) {
        let mut restarted = SlidingWindow::new(self.budget, self.ended.iter().rev().map(|sent| sent.0));
        self.under_way.iter().for_each(|sent| restarted.start(self.now, sent.1));
        assert_eq!(
            restarted.free_at(self.now, Share::OrdinaryFull),
            self.window.free_at(self.now, Share::OrdinaryFull)
        );
        for share in [Share::Urgent, Share::OrdinaryFull] {
            assert_eq!(restarted.free_now(self.now, share), self.window.free_now(self.now, share));
        }
    }

    /// At most so many arrivals in any stretch as long as the budget's.
    fn check_arrivals(mut self) {
        self.arrivals.sort();
        let per = SignedDuration::try_from(self.budget.per).unwrap();
        for (index, first) in self.arrivals.iter().enumerate() {
            let within = self.arrivals[index..].iter().take_while(|at| **at < *first + per).count();
            assert!(within <= self.budget.usable(), "{within} within {per:?} of {first}");
        }
    }
}

proptest! {
    #[test]
    fn a_provider_never_sees_more_than_the_budget_and_no_send_waits_needlessly(
        messages in 1_u32..15,
        seconds in 0_u64..30,
        sends in prop::collection::vec((0_i64..3_000, 0_i64..20_000, 0_i64..=100, share()), 1..80),
    ) {
        let mut sender = BudgetUser::new(budget(messages, seconds));
        for send in sends {
            sender.send(send);
        }
        sender.check_arrivals();
    }

    #[test]
    fn the_count_is_what_would_start(
        messages in 1_u32..40,
        ended in prop::collection::vec(-90_i64..=0, 0..40),
        under_way in 0_usize..10,
        share in share(),
    ) {
        let mut window = SlidingWindow::new(budget(messages, 60), ended.into_iter().map(after_noon));
        (0..under_way).for_each(|_| window.start(NOON, Share::Urgent));
        let free_now = window.free_now(NOON, share);
        prop_assume!(share != Share::Urgent);
        let unpaced = Share::OrdinaryFull;
        let starts = (0..100).take_while(|_| {
            let is_free = window.free_at(NOON, unpaced) == Some(NOON);
            window.start(NOON, unpaced);
            is_free
        });
        prop_assert_eq!(starts.count(), free_now);
    }
}
