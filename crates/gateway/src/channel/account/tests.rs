use std::num::NonZeroU32;

use fanfare_testkit::NOON;
use futures_util::FutureExt;
use jiff::SignedDuration;

use super::*;

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn account(budgets: Vec<Budget>, silent_until: Option<Timestamp>) -> SharedAccount {
    SharedAccount::new(Account::new("fake", &["robot"]), Arc::default(), budgets, [], silent_until)
}

const NOW: Admission = Admission::Now { spare: None };

/// Now, and so many more.
fn now(spare: usize) -> Admission {
    Admission::Now { spare: Some(spare) }
}

fn two_in(per: Duration) -> Vec<Budget> {
    vec![Budget { messages: NonZeroU32::new(2).unwrap(), per }]
}

#[test]
fn without_a_budget_it_may_always_send() {
    let account = account(Vec::new(), None);
    assert!((0..1_000).all(|_| account.try_start(NOON, Share::Urgent) == NOW));
}

#[test]
fn a_spent_budget_frees_up_when_its_first_send_is_long_enough_over() {
    let account = account(two_in(Duration::from_secs(60)), None);
    assert_eq!(
        [
            account.try_start(NOON, Share::Urgent),
            account.try_start(NOON, Share::Urgent),
            account.try_start(NOON, Share::Urgent)
        ],
        [now(1), now(0), Admission::WhenOneEnds]
    );
    account.finish(at(5), AccountEffect::Good);
    assert_eq!(account.try_start(at(6), Share::Urgent), Admission::At(at(65)));
    assert_eq!(account.try_start(at(65), Share::Urgent), now(0));
}

#[test]
fn a_send_that_was_called_off_costs_nothing() {
    let account = account(two_in(Duration::from_secs(60)), None);
    for _ in 0..10 {
        assert_eq!(account.try_start(NOON, Share::Urgent), now(1));
        account.cancel_start();
    }
}

#[test]
fn an_end_that_another_may_have_waited_for_is_seen() {
    let account = account(two_in(Duration::from_secs(60)), None);
    let mut ends = account.events();
    account.try_start(NOON, Share::Urgent);
    assert!(!is_seen(&mut ends));
    account.finish(NOON, AccountEffect::Good);
    assert!(is_seen(&mut ends));
}

/// Whether something has ended that nobody has seen.
fn is_seen(ends: &mut AccountEvents) -> bool {
    ends.next().now_or_never().is_some()
}

#[test]
fn after_a_silence_one_send_at_a_time_until_one_is_good() {
    let account = account(Vec::new(), None);
    assert_eq!(account.try_start(NOON, Share::Urgent), NOW);
    account.finish(NOON, AccountEffect::SilentFor(Duration::from_secs(60)));
    assert_eq!(account.try_start(at(59), Share::Urgent), Admission::At(at(60)));
    assert_eq!(
        [account.try_start(at(60), Share::Urgent), account.try_start(at(60), Share::Urgent)],
        [NOW, Admission::WhenOneEnds]
    );
    account.finish(at(61), AccountEffect::Unclear);
    assert_eq!(
        [account.try_start(at(61), Share::Urgent), account.try_start(at(61), Share::Urgent)],
        [NOW, Admission::WhenOneEnds]
    );
    let mut ends = account.events();
    account.finish(at(62), AccountEffect::Good);
    assert!(is_seen(&mut ends));
    assert_eq!(
        [account.try_start(at(62), Share::Urgent), account.try_start(at(62), Share::Urgent)],
        [NOW, NOW]
    );
}

#[test]
fn a_silence_from_before_the_start_is_kept_and_then_one_send_is_tried() {
    let account = account(Vec::new(), Some(at(60)));
    assert_eq!(account.try_start(NOON, Share::Urgent), Admission::At(at(60)));
    assert_eq!(
        [account.try_start(at(60), Share::Urgent), account.try_start(at(60), Share::Urgent)],
        [NOW, Admission::WhenOneEnds]
    );
}

#[test]
fn of_two_silences_the_longer_counts() {
    for times in [[600, 10], [10, 600]] {
        let account = account(Vec::new(), None);
        for time in times {
            account.finish(NOON, AccountEffect::SilentFor(Duration::from_secs(time)));
        }
        assert_eq!(account.try_start(at(11), Share::Urgent), Admission::At(at(600)));
    }
}

#[test]
fn wrong_settings_silence_it_like_the_provider_does() {
    let account = account(Vec::new(), None);
    account.finish(NOON, AccountEffect::MisconfiguredFor(Duration::from_secs(60)));
    assert_eq!(account.try_start(at(59), Share::Urgent), Admission::At(at(60)));
    assert_eq!(account.try_start(at(60), Share::Urgent), NOW);
}

#[test]
fn a_silence_may_last_until_the_end_of_time() {
    let account = account(Vec::new(), None);
    account.finish(NOON, AccountEffect::SilentFor(Duration::MAX));
    assert_eq!(account.try_start(NOON, Share::Urgent), Admission::At(Timestamp::MAX));
}

#[test]
fn a_silence_is_seen_by_all_who_use_the_account_and_a_block_by_all_who_use_the_way_out() {
    let (one, other) = (account(Vec::new(), None), account(Vec::new(), None));
    let same_account = one.via(Arc::default());
    let same_way = other.via(Arc::clone(&one.egress));
    for (account_effect, told, not_told) in [
        (AccountEffect::SilentFor(Duration::from_secs(60)), &same_account, &same_way),
        (AccountEffect::BlockedFor(Duration::from_secs(90)), &same_way, &other),
    ] {
        let (mut of_told, mut of_not_told) = (told.events(), not_told.events());
        one.finish(NOON, account_effect);
        assert!(is_seen(&mut of_told) && !is_seen(&mut of_not_told), "{account_effect:?}");
    }
    let until = [&one, &same_account, &same_way, &other].map(|it| it.silent_until(NOON));
    assert_eq!(until, [Some(at(90)), Some(at(60)), Some(at(90)), None]);
}

#[test]
fn of_a_budget_a_third_is_left_for_what_is_urgent() {
    let budget = Budget { messages: NonZeroU32::new(20).unwrap(), per: Duration::from_secs(60) };
    let account = account(vec![budget], None);
    let start = |share| account.try_start(NOON, share);
    assert!((0..12).all(|_| matches!(start(Share::OrdinaryFull), Admission::Now { .. })));
    assert_eq!(start(Share::Ordinary), Admission::WhenOneEnds);
    assert_eq!(start(Share::OrdinaryFull), Admission::WhenOneEnds);
    assert!((0..6).all(|_| matches!(start(Share::Urgent), Admission::Now { .. })));
    assert_eq!(start(Share::Urgent), Admission::WhenOneEnds);
}

#[test]
fn a_changed_budget_holds_for_all_who_use_the_account_and_counts_what_was_sent() {
    let account = account(two_in(Duration::from_secs(60)), None);
    let other = account.via(Arc::default());
    account.try_start(NOON, Share::Urgent);
    account.change_budgets(two_in(Duration::from_secs(600)), [NOON]);
    account.finish(at(1), AccountEffect::Good); // counts twice, which does no harm
    assert_eq!(other.try_start(at(2), Share::Urgent), Admission::At(at(600)));
}

#[test]
fn whoever_mends_the_settings_need_not_wait_for_it_but_for_the_provider() {
    let account = account(Vec::new(), None);
    account.finish(NOON, AccountEffect::MisconfiguredFor(Duration::from_secs(60)));
    account.clear_misconfiguration();
    assert_eq!(account.silent_until(at(1)), None);
    account.finish(NOON, AccountEffect::SilentFor(Duration::from_secs(60)));
    account.clear_misconfiguration();
    assert_eq!(account.silent_until(at(1)), Some(at(60)));
}

#[test]
fn only_budgets_that_outlast_a_restart_are_remembered() {
    assert!(account(two_in(Duration::from_secs(60)), None).remembers_sends());
    assert!(!account(two_in(Duration::from_secs(1)), None).remembers_sends());
    assert!(!account(Vec::new(), None).remembers_sends());
}
