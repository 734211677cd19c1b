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
fn as_many_as_the_budget_has_may_start_at_once() {
    let mut window = SlidingWindow::new(budget(2, 60), []);
    assert_eq!(window.free_at(NOON), Some(NOON));
    window.start();
    assert_eq!(window.free_at(NOON), Some(NOON));
    window.start();
    assert_eq!(window.free_at(NOON), None);
}

#[test]
fn a_send_counts_until_the_period_after_its_end() {
    let mut window = SlidingWindow::new(budget(1, 60), []);
    window.start();
    window.end(after_noon(5));
    assert_eq!(window.free_at(after_noon(5)), Some(after_noon(65)));
    assert_eq!(window.free_at(after_noon(64)), Some(after_noon(65)));
    assert_eq!(window.free_at(after_noon(65)), Some(after_noon(65)));
    assert_eq!(window.free_at(after_noon(99)), Some(after_noon(99)));
}

#[test]
fn an_account_is_named_without_its_credentials() {
    let account = Account::of("dingtalk", &["the-token"]);
    assert_eq!(account, Account::of("dingtalk", &["the-token"]));
    assert_ne!(account, Account::of("dingtalk", &["another-token"]));
    assert_ne!(Account::of("wecom", &["ab", "c"]), Account::of("wecom", &["a", "bc"]));
    assert!(
        account.as_str().starts_with("dingtalk:") && !account.as_str().contains("the-token"),
        "{account}"
    );
}

/// Sends by the window's leave, with a naive account of them beside it.
struct Sender {
    budget: Budget,
    window: SlidingWindow,
    now: Timestamp,
    ends_of_those_under_way: Vec<Timestamp>,
    ended: Vec<Timestamp>,
    arrivals: Vec<Timestamp>,
}

/// One send: how long after the one before, how long it takes, and after what
/// part of that (in hundredths) the provider counts it. Times in milliseconds.
type Send = (i64, i64, i64);

impl Sender {
    fn new(budget: Budget) -> Self {
        let window = SlidingWindow::new(budget, []);
        Self { budget, window, now: NOON, ends_of_those_under_way: vec![], ended: vec![], arrivals: vec![] }
    }

    fn send(&mut self, (pause, takes, part): Send) {
        self.now += SignedDuration::from_millis(pause);
        loop {
            self.end_what_is_over();
            let free_at = self.window.free_at(self.now);
            self.check_restarted(free_at);
            match free_at {
                Some(at) if at <= self.now => break,
                Some(at) => {
                    self.check_needed(at);
                    self.now = self.ends_of_those_under_way.iter().copied().fold(at, Timestamp::min);
                }
                None => self.now = self.ends_of_those_under_way.iter().copied().min().unwrap(),
            }
        }
        self.window.start();
        self.ends_of_those_under_way.push(self.now + SignedDuration::from_millis(takes));
        self.arrivals.push(self.now + SignedDuration::from_millis(takes * part / 100));
    }

    fn end_what_is_over(&mut self) {
        let now = self.now;
        let mut over: Vec<_> = self.ends_of_those_under_way.extract_if(.., |end| *end <= now).collect();
        over.sort();
        over.iter().for_each(|end| self.window.end(*end));
        self.ended.extend(over);
    }

    /// How many count at `at`, if nothing ends until then.
    fn counting(&self, at: Timestamp) -> usize {
        let counts = |ended: &&Timestamp| at < **ended + SignedDuration::try_from(self.budget.per).unwrap();
        self.ends_of_those_under_way.len() + self.ended.iter().filter(counts).count()
    }

    /// The window is full until just before `at`, and not at it.
    fn check_needed(&self, at: Timestamp) {
        let just_before = at - SignedDuration::from_nanos(1);
        assert!(self.counting(just_before) >= self.budget.usable(), "needlessly waits until {at}");
        assert!(self.counting(at) < self.budget.usable(), "starts too early at {at}");
    }

    /// A window made from what the store remembers answers the same.
    fn check_restarted(&self, free_at: Option<Timestamp>) {
        let mut restarted = SlidingWindow::new(self.budget, self.ended.iter().rev().copied());
        self.ends_of_those_under_way.iter().for_each(|_| restarted.start());
        assert_eq!(restarted.free_at(self.now), free_at);
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
        sends in prop::collection::vec((0_i64..3_000, 0_i64..20_000, 0_i64..=100), 1..80),
    ) {
        let mut sender = Sender::new(budget(messages, seconds));
        for send in sends {
            sender.send(send);
        }
        sender.check_arrivals();
    }
}

/// The concurrency of a channel that declares 2, with a budget of `messages` per `seconds`.
#[track_caller]
fn check_concurrency(messages: u32, seconds: u64, expected: usize) {
    let limits = Limits {
        account: Account::of("test", &["a"]),
        budget: None,
        concurrency: NonZeroUsize::new(2).unwrap(),
    };
    let budget = Budget { messages: NonZeroU32::new(messages).unwrap(), per: Duration::from_secs(seconds) };
    assert_eq!(limits.with_budget(Some(budget)).concurrency.get(), expected);
}

#[test]
fn a_larger_budget_lets_more_attempts_be_under_way() {
    check_concurrency(20, 60, 2);
    check_concurrency(100, 1, 25);
    check_concurrency(1_000_000, 1, 64);
}
