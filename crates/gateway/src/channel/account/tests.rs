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

/// An admission with so many further sends.
fn now_with_spare(spare: usize) -> Admission {
    Admission::Now { spare: Some(spare) }
}

fn two_in(per: Duration) -> Vec<Budget> {
    vec![Budget { messages: NonZeroU32::new(2).unwrap(), per }]
}

#[test]
fn without_a_budget_an_account_may_always_send() {
    let account = account(Vec::new(), None);
    assert!((0..1_000).all(|_| account.try_start(NOON, Share::Urgent) == NOW));
}

#[test]
fn a_spent_budget_frees_up_one_period_after_its_first_send_ended() {
    let account = account(two_in(Duration::from_secs(60)), None);
    assert_eq!(
        [
            account.try_start(NOON, Share::Urgent),
            account.try_start(NOON, Share::Urgent),
            account.try_start(NOON, Share::Urgent)
        ],
        [now_with_spare(1), now_with_spare(0), Admission::AfterChange]
    );
    account.finish(at(5), AccountEffect::Good);
    assert_eq!(account.try_start(at(6), Share::Urgent), Admission::At(at(65)));
    assert_eq!(account.try_start(at(65), Share::Urgent), now_with_spare(0));
}

#[test]
fn a_cancelled_send_costs_no_budget() {
    let account = account(two_in(Duration::from_secs(60)), None);
    for _ in 0..10 {
        assert_eq!(account.try_start(NOON, Share::Urgent), now_with_spare(1));
        account.cancel_start();
    }
}

#[test]
fn lanes_of_an_account_hear_of_the_end_of_a_send() {
    let account = account(two_in(Duration::from_secs(60)), None);
    let mut events = account.events();
    account.try_start(NOON, Share::Urgent);
    assert!(!has_event(&mut events));
    account.finish(NOON, AccountEffect::Good);
    assert!(has_event(&mut events));
}

/// Tells whether an event has come that this subscription has not received.
fn has_event(events: &mut AccountEvents) -> bool {
    events.next().now_or_never().is_some()
}

#[test]
fn after_a_silence_sends_go_one_at_a_time_until_one_succeeds() {
    let account = account(Vec::new(), None);
    assert_eq!(account.try_start(NOON, Share::Urgent), NOW);
    account.finish(NOON, AccountEffect::SilentFor(Duration::from_secs(60)));
    assert_eq!(account.try_start(at(59), Share::Urgent), Admission::At(at(60)));
    assert_eq!(
        [account.try_start(at(60), Share::Urgent), account.try_start(at(60), Share::Urgent)],
        [NOW, Admission::AfterChange]
    );
    account.finish(at(61), AccountEffect::Unclear);
    assert_eq!(
        [account.try_start(at(61), Share::Urgent), account.try_start(at(61), Share::Urgent)],
        [NOW, Admission::AfterChange]
    );
    let mut events = account.events();
    account.finish(at(62), AccountEffect::Good);
    assert!(has_event(&mut events));
    assert_eq!(
        [account.try_start(at(62), Share::Urgent), account.try_start(at(62), Share::Urgent)],
        [NOW, NOW]
    );
}

#[test]
fn a_stored_silence_is_kept_and_then_one_send_probes_the_account() {
    let account = account(Vec::new(), Some(at(60)));
    assert_eq!(account.try_start(NOON, Share::Urgent), Admission::At(at(60)));
    assert_eq!(
        [account.try_start(at(60), Share::Urgent), account.try_start(at(60), Share::Urgent)],
        [NOW, Admission::AfterChange]
    );
}

#[test]
fn the_longer_of_two_silences_counts() {
    for times in [[600, 10], [10, 600]] {
        let account = account(Vec::new(), None);
        for time in times {
            account.finish(NOON, AccountEffect::SilentFor(Duration::from_secs(time)));
        }
        assert_eq!(account.try_start(at(11), Share::Urgent), Admission::At(at(600)));
    }
}

#[test]
fn wrong_settings_silence_an_account_as_a_provider_does() {
    let account = account(Vec::new(), None);
    account.finish(NOON, AccountEffect::MisconfiguredFor(Duration::from_secs(60)));
    assert_eq!(account.try_start(at(59), Share::Urgent), Admission::At(at(60)));
    assert_eq!(account.try_start(at(60), Share::Urgent), NOW);
}

#[test]
fn a_silence_may_last_until_the_last_timestamp() {
    let account = account(Vec::new(), None);
    account.finish(NOON, AccountEffect::SilentFor(Duration::MAX));
    assert_eq!(account.try_start(NOON, Share::Urgent), Admission::At(Timestamp::MAX));
}

#[test]
fn a_silence_holds_for_all_channels_of_the_account_and_a_block_for_all_accounts_of_the_egress() {
    let (one, other) = (account(Vec::new(), None), account(Vec::new(), None));
    let same_account = one.via(Arc::default());
    let same_egress = other.via(Arc::clone(&one.egress));
    for (account_effect, affected, unaffected) in [
        (AccountEffect::SilentFor(Duration::from_secs(60)), &same_account, &same_egress),
        (AccountEffect::BlockedFor(Duration::from_secs(90)), &same_egress, &other),
    ] {
        let (mut of_affected, mut of_unaffected) = (affected.events(), unaffected.events());
        one.finish(NOON, account_effect);
        assert!(has_event(&mut of_affected) && !has_event(&mut of_unaffected), "{account_effect:?}");
    }
    let until = [&one, &same_account, &same_egress, &other].map(|it| it.silent_until(NOON));
    assert_eq!(until, [Some(at(90)), Some(at(60)), Some(at(90)), None]);
}

#[test]
fn a_third_of_a_budget_is_reserved_for_urgent_messages() {
    let budget = Budget { messages: NonZeroU32::new(20).unwrap(), per: Duration::from_secs(60) };
    let account = account(vec![budget], None);
    let start = |share| account.try_start(NOON, share);
    assert!((0..12).all(|_| matches!(start(Share::OrdinaryFull), Admission::Now { .. })));
    assert_eq!(start(Share::Ordinary), Admission::AfterChange);
    assert_eq!(start(Share::OrdinaryFull), Admission::AfterChange);
    assert!((0..6).all(|_| matches!(start(Share::Urgent), Admission::Now { .. })));
    assert_eq!(start(Share::Urgent), Admission::AfterChange);
}

#[test]
fn a_changed_budget_holds_for_all_channels_of_the_account_and_counts_earlier_sends() {
    let account = account(two_in(Duration::from_secs(60)), None);
    let other = account.via(Arc::default());
    account.try_start(NOON, Share::Urgent);
    account.change_budgets(two_in(Duration::from_secs(600)), [NOON]);
    account.finish(at(1), AccountEffect::Good); // counts twice, which does no harm
    assert_eq!(other.try_start(at(2), Share::Urgent), Admission::At(at(600)));
}

#[test]
fn corrected_settings_end_their_own_pause_but_not_the_providers_silence() {
    let account = account(Vec::new(), None);
    account.finish(NOON, AccountEffect::MisconfiguredFor(Duration::from_secs(60)));
    account.clear_misconfiguration();
    assert_eq!(account.silent_until(at(1)), None);
    account.finish(NOON, AccountEffect::SilentFor(Duration::from_secs(60)));
    account.clear_misconfiguration();
    assert_eq!(account.silent_until(at(1)), Some(at(60)));
}

#[test]
fn sends_are_recorded_only_for_budgets_longer_than_a_second() {
    assert!(account(two_in(Duration::from_secs(60)), None).remembers_sends());
    assert!(!account(two_in(Duration::from_secs(1)), None).remembers_sends());
    assert!(!account(Vec::new(), None).remembers_sends());
}

/// An account with two messages in ten minutes, both sent at noon, and two channels of it.
fn spent_account() -> [SharedAccount; 2] {
    let one = account(two_in(Duration::from_secs(600)), None);
    for _ in 0..2 {
        one.try_start(NOON, Share::Urgent);
        one.finish(NOON, AccountEffect::Good);
    }
    let other = one.via(Arc::default());
    [one, other]
}

#[test]
fn the_channel_that_has_waited_longest_gets_what_is_free_and_the_next_one_hears_of_it() {
    let [one, other] = spent_account();
    let (mut of_one, mut of_other) = (None, None);
    assert_eq!(one.try_start_in_turn(at(1), Share::Urgent, &mut of_one), Admission::At(at(600)));
    assert_eq!(other.try_start_in_turn(at(2), Share::Urgent, &mut of_other), Admission::At(at(600)));

    let mut events = other.events();
    assert_eq!(other.try_start_in_turn(at(600), Share::Urgent, &mut of_other), Admission::AfterChange);
    assert!(!has_event(&mut events));
    let started = one.try_start_in_turn(at(600), Share::Urgent, &mut of_one);
    assert_eq!(
        (started, of_one.is_none()),
        (now_with_spare(0), true),
        "one of two is left, and the other waits"
    );
    assert!(has_event(&mut events));
    assert_eq!(other.try_start_in_turn(at(600), Share::Urgent, &mut of_other), now_with_spare(0));
}

#[test]
fn a_channel_that_gives_its_place_up_lets_the_next_one_go() {
    let [one, other] = spent_account();
    let (mut of_one, mut of_other) = (None, None);
    one.try_start_in_turn(at(1), Share::Urgent, &mut of_one);
    other.try_start_in_turn(at(2), Share::Urgent, &mut of_other);
    let mut events = other.events();
    drop(of_one);
    assert!(has_event(&mut events));
    assert_eq!(other.try_start_in_turn(at(600), Share::Urgent, &mut of_other), now_with_spare(1));
}

#[test]
fn a_channel_whose_way_out_is_blocked_holds_up_no_other() {
    let [one, other] = spent_account();
    let (mut of_one, mut of_other) = (None, None);
    one.try_start_in_turn(at(1), Share::Urgent, &mut of_one);
    other.try_start_in_turn(at(2), Share::Urgent, &mut of_other);
    one.egress.block(at(1000));
    assert_eq!(other.try_start_in_turn(at(600), Share::Urgent, &mut of_other), now_with_spare(0));
}

#[test]
fn an_ordinary_message_asks_again_when_it_counts_as_urgent() {
    let three = Budget { messages: NonZeroU32::new(3).unwrap(), per: Duration::from_secs(600) };
    let account = account(vec![three], None);
    let send = |seconds| account.finish(at(seconds), AccountEffect::Good);
    [0, 100, 200].into_iter().for_each(send);
    // Two of three are for ordinary ones: not before the second of these sends no longer counts.
    let mut place = None;
    let mut ask = |seconds| account.try_start_in_turn(at(seconds), Share::OrdinaryFull, &mut place);
    assert_eq!(ask(300), Admission::At(at(700)));
    [600, 700].into_iter().for_each(send);
    assert_eq!(ask(700), Admission::At(at(900)), "and not at 1,200 s");
    assert_eq!(ask(899), Admission::At(at(900)));
    assert_eq!(ask(900), now_with_spare(0));
}

#[test]
fn a_place_at_an_account_that_a_channel_no_longer_uses_is_given_up() {
    let [old, waits] = spent_account();
    let (mut place, mut of_other) = (None, None);
    old.try_start_in_turn(at(1), Share::Urgent, &mut place);
    waits.try_start_in_turn(at(2), Share::Urgent, &mut of_other);
    let new = account(Vec::new(), None);
    assert_eq!(new.try_start_in_turn(at(3), Share::Urgent, &mut place), NOW);
    assert!(place.is_none());
    assert_eq!(waits.try_start_in_turn(at(600), Share::Urgent, &mut of_other), now_with_spare(1));
}
