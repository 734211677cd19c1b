use std::num::NonZeroU32;

use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn account(budget: Option<Budget>, silent_until: Option<Timestamp>) -> SharedAccount {
    SharedAccount::new(Account::of("fake", &["robot"]), budget, [], silent_until)
}

fn two_in(per: Duration) -> Option<Budget> {
    Some(Budget { messages: NonZeroU32::new(2).unwrap(), per })
}

#[test]
fn without_a_budget_it_may_always_send() {
    let account = account(None, None);
    assert!((0..1_000).all(|_| account.start(NOON) == Turn::Now));
}

#[test]
fn a_spent_budget_frees_up_when_its_first_send_is_long_enough_over() {
    let account = account(two_in(Duration::from_secs(60)), None);
    assert_eq!(
        [account.start(NOON), account.start(NOON), account.start(NOON)],
        [Turn::Now, Turn::Now, Turn::WhenOneEnds]
    );
    account.end(at(5), Standing::Good);
    assert_eq!(account.start(at(6)), Turn::At(at(65)));
    assert_eq!(account.start(at(65)), Turn::Now);
}

#[test]
fn a_send_that_was_called_off_costs_nothing() {
    let account = account(two_in(Duration::from_secs(60)), None);
    for _ in 0..10 {
        assert_eq!(account.start(NOON), Turn::Now);
        account.call_off();
    }
}

#[test]
fn an_end_that_another_may_have_waited_for_is_seen() {
    let account = account(two_in(Duration::from_secs(60)), None);
    let ends = account.ends();
    account.start(NOON);
    assert!(!ends.has_changed().unwrap());
    account.end(NOON, Standing::Good);
    assert!(ends.has_changed().unwrap());
}

#[test]
fn after_a_silence_one_send_at_a_time_until_one_is_good() {
    let account = account(None, None);
    assert_eq!(account.start(NOON), Turn::Now);
    account.end(NOON, Standing::SilentFor(Duration::from_secs(60)));
    assert_eq!(account.start(at(59)), Turn::At(at(60)));
    assert_eq!([account.start(at(60)), account.start(at(60))], [Turn::Now, Turn::WhenOneEnds]);
    account.end(at(61), Standing::Unclear);
    assert_eq!([account.start(at(61)), account.start(at(61))], [Turn::Now, Turn::WhenOneEnds]);
    let ends = account.ends();
    account.end(at(62), Standing::Good);
    assert!(ends.has_changed().unwrap());
    assert_eq!([account.start(at(62)), account.start(at(62))], [Turn::Now, Turn::Now]);
}

#[test]
fn a_silence_from_before_the_start_is_kept_and_then_one_send_is_tried() {
    let account = account(None, Some(at(60)));
    assert_eq!(account.start(NOON), Turn::At(at(60)));
    assert_eq!([account.start(at(60)), account.start(at(60))], [Turn::Now, Turn::WhenOneEnds]);
}

#[test]
fn of_two_silences_the_longer_counts() {
    for times in [[600, 10], [10, 600]] {
        let account = account(None, None);
        for time in times {
            account.end(NOON, Standing::SilentFor(Duration::from_secs(time)));
        }
        assert_eq!(account.start(at(11)), Turn::At(at(600)));
    }
}

#[test]
fn wrong_settings_silence_it_like_the_provider_does() {
    let account = account(None, None);
    account.end(NOON, Standing::MisconfiguredFor(Duration::from_secs(60)));
    assert_eq!(account.start(at(59)), Turn::At(at(60)));
    assert_eq!(account.start(at(60)), Turn::Now);
}

#[test]
fn a_silence_may_last_until_the_end_of_time() {
    let account = account(None, None);
    account.end(NOON, Standing::SilentFor(Duration::MAX));
    assert_eq!(account.start(NOON), Turn::At(Timestamp::MAX));
}

#[test]
fn only_budgets_that_outlast_a_restart_are_remembered() {
    assert!(account(two_in(Duration::from_secs(60)), None).remembers_sends());
    assert!(!account(two_in(Duration::from_secs(1)), None).remembers_sends());
    assert!(!account(None, None).remembers_sends());
}
