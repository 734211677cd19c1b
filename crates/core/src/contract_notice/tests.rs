use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::fixtures::{NOON, after_noon, alert, receiver, route, rung};
use crate::{Contract, Receiver, Succeed, Unless};

use Confirmation::{InTime, Late, Missing};

/// The contract number `number` with `on-call`, broken as the one at that place.
fn broken(number: i64, channels: &[(&str, Confirmation)]) -> AbandonedContract {
    let channel = |(name, confirmation): &(&str, Confirmation)| NoticeChannel {
        channel: (*name).into(),
        confirmation: *confirmation,
        words: Some(format!("{name} says {number}")),
    };
    AbandonedContract {
        notification: NotificationId(number),
        place: number,
        abandoned_at: after_noon(number),
        receiver: "on-call".into(),
        severity: Severity::High,
        channels: channels.iter().map(channel).collect(),
    }
}

fn names(channels: &[ChannelName]) -> Vec<&str> {
    channels.iter().map(ChannelName::as_str).collect()
}

#[test]
fn thirty_alerts_with_two_dead_channels_are_one_notice() {
    let all: Vec<_> =
        (1..=30).map(|it| broken(it, &[("ding", Missing), ("wecom", Missing), ("mail", InTime)])).collect();
    let [notice] = &gather_notices(&all)[..] else { panic!() };
    assert_eq!(notice.key.cause, "ding, wecom");
    assert_eq!((notice.notifications.len(), notice.first_place, notice.last_place), (30, 1, 30));
    assert_eq!(notice.notifications[0], NotificationId(30), "the newest first");
    assert_eq!(
        (names(&notice.confirmed), names(&notice.told)),
        (vec!["mail"], vec!["ding", "wecom", "mail"])
    );
    assert_eq!(notice.missing[0], ("ding".into(), Some("ding says 30".to_owned())));
}

#[test]
fn two_causes_and_two_receivers_are_notices_of_their_own() {
    let of_boss = AbandonedContract { receiver: "boss".into(), ..broken(3, &[("ding", Missing)]) };
    let all = [
        broken(1, &[("ding", Missing), ("mail", InTime)]),
        broken(2, &[("ding", InTime), ("mail", Missing)]),
        of_boss,
        broken(4, &[("mail", InTime), ("ding", Missing)]),
    ];
    let notices = gather_notices(&all);
    let keys: Vec<_> = notices.iter().map(|it| (it.key.receiver.as_str(), it.key.cause.as_str())).collect();
    assert_eq!(keys, [("boss", "ding"), ("on-call", "ding"), ("on-call", "mail")]);
    assert_eq!(notices[1].notifications, [NotificationId(4), NotificationId(1)]);
}

#[test]
fn a_confirmation_that_comes_late_leaves_the_cause_as_it_was() {
    let before = broken(1, &[("ding", Missing), ("mail", Missing)]);
    let after = broken(1, &[("ding", Missing), ("mail", Late)]);
    assert_eq!(before.notice_key(), after.notice_key());
    assert_eq!(names(&gather_notices(&[after])[0].confirmed), ["mail"]);
}

#[test]
fn a_notice_is_as_severe_as_the_worst_of_its_alerts() {
    let urgent = AbandonedContract { severity: Severity::Urgent, ..broken(1, &[("ding", Missing)]) };
    let notices = gather_notices(&[broken(2, &[("ding", Missing)]), urgent]);
    assert_eq!(notices[0].severity, Severity::Urgent);
}

fn on_ding(numbers: impl IntoIterator<Item = i64>) -> ContractNotice {
    let all: Vec<_> = numbers.into_iter().map(|it| broken(it, &[("ding", Missing)])).collect();
    gather_notices(&all).remove(0)
}

fn raised(numbers: impl IntoIterator<Item = i64>, seconds: i64) -> BTreeMap<NoticeKey, RaisedNotice> {
    let notice = on_ding(numbers);
    let every_hour = RoutedReceiver {
        receiver: "ops".into(),
        route: None,
        repeat_interval: Duration::from_secs(3600),
        terms: Arc::new(DeliveryTerms::plain(vec!["sms".into()])),
    };
    let told = RaisedNotice::told(&notice, &[every_hour], after_noon(seconds));
    [(notice.key, told)].into_iter().collect()
}

/// The changes, in words, if these were told at noon, and those are broken so many seconds after noon.
fn changes(told: &[i64], now: &[i64], seconds: i64) -> Vec<&'static str> {
    let raised = raised(told.iter().copied(), 0);
    let notices: Vec<_> = if now.is_empty() { Vec::new() } else { vec![on_ding(now.iter().copied())] };
    let word = |change: &NoticeChange<'_>| match change {
        NoticeChange::Resolve(_) => "resolve",
        NoticeChange::Raise { because: RaiseReason::New, .. } => "new",
        NoticeChange::Raise { because: RaiseReason::Lasting, .. } => "lasting",
    };
    notice_changes(&raised, &notices, after_noon(seconds)).iter().map(word).collect()
}

#[test]
fn what_is_added_is_told_after_five_minutes_and_what_lasts_by_the_route() {
    assert_eq!(changes(&[1], &[1, 2], 299), [] as [&str; 0]);
    assert_eq!(changes(&[1], &[1, 2], 300), ["new"]);
    assert_eq!(changes(&[1, 2], &[1, 2], 3599), [] as [&str; 0]);
    assert_eq!(changes(&[1, 2], &[1, 2], 3600), ["lasting"]);
    assert_eq!(changes(&[1, 2], &[2], 300), [] as [&str; 0], "what shrinks is no news");
}

#[test]
fn a_notice_with_nothing_left_of_what_was_told_is_over() {
    assert_eq!(changes(&[1, 2], &[], 1), ["resolve"]);
    assert_eq!(changes(&[1, 2], &[3], 1), ["resolve", "new"], "and begins anew");
}

#[test]
fn a_notice_that_gets_worse_is_told_at_once() {
    let raised = raised([1], 0);
    let urgent = ContractNotice { severity: Severity::Urgent, ..on_ding([1, 2]) };
    let changes = notice_changes(&raised, std::slice::from_ref(&urgent), after_noon(1));
    assert_eq!(changes, [NoticeChange::Raise { notice: &urgent, because: RaiseReason::New }]);
}

#[test]
fn a_notice_of_an_earlier_life_is_raised_again_and_left_to_its_incident() {
    let notice = on_ding([1, 2]);
    let earlier = RaisedNotice::from_earlier_life(notice.severity, Some(2), NOON);
    let raised = [(notice.key.clone(), earlier)].into_iter().collect();
    let changes = notice_changes(&raised, std::slice::from_ref(&notice), NOON);
    assert_eq!(changes, [NoticeChange::Raise { notice: &notice, because: RaiseReason::Lasting }]);
    let held = earlier.held(&notice, &[], NOON);
    assert!(notice_changes(&[(notice.key.clone(), held)].into_iter().collect(), &[notice], NOON).is_empty());
}

/// A policy that sends everything to `everyone` on these terms.
fn policy(terms: DeliveryTerms) -> Policy {
    let everyone = Receiver { terms: Arc::new(terms), ..receiver("everyone") };
    Policy::new(route("everyone", &[], Vec::new()), vec![everyone]).unwrap()
}

fn told_of(notice: &ContractNotice, terms: DeliveryTerms, channels: &[&str]) -> Vec<(String, Vec<String>)> {
    let channels: Vec<ChannelName> = channels.iter().map(|it| (*it).into()).collect();
    let receivers = notice_receivers(&policy(terms), &alert(&[]), notice, RaiseReason::New, &channels);
    let read = |it: &RoutedReceiver| {
        assert_eq!(it.repeat_interval, GROWTH_INTERVAL);
        let channels = it.terms.channels.iter().map(ToString::to_string).collect();
        (it.receiver.to_string(), channels)
    };
    receivers.iter().map(read).collect()
}

#[test]
fn a_notice_goes_by_its_route_and_to_every_other_channel_but_not_to_those_that_confirmed_all() {
    let all =
        [broken(1, &[("ding", Missing), ("mail", InTime)]), broken(2, &[("ding", Missing), ("mail", Late)])];
    let notice = &gather_notices(&all)[0];
    let to = |channels: &[&str]| DeliveryTerms::plain(channels.iter().map(|it| (*it).into()).collect());
    let everywhere = ["ding", "mail", "sms", "phone"];
    let other = |channels: &[&str]| {
        (OTHER_CHANNELS.to_owned(), channels.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(
        told_of(notice, to(&["sms", "mail"]), &everywhere),
        [("everyone".to_owned(), vec!["sms".to_owned()]), other(&["phone"])]
    );
    assert_eq!(told_of(notice, to(&["mail"]), &everywhere), [other(&["sms", "phone"])]);
    assert_eq!(told_of(notice, to(&["mail"]), &["ding", "mail"]), [], "there is nobody to tell");
    // A channel of the route that is dead itself is owed the notice for when it is back.
    assert_eq!(
        told_of(notice, to(&["ding"]), &["ding", "mail"]),
        [("everyone".to_owned(), vec!["ding".to_owned()])]
    );
}

#[test]
fn a_channel_that_has_confirmed_some_of_the_alerts_is_told_of_all() {
    let all = [broken(1, &[("ding", Missing), ("mail", InTime)]), broken(2, &[("ding", Missing)])];
    let notice = &gather_notices(&all)[0];
    let to_mail = DeliveryTerms::plain(vec!["mail".into()]);
    assert_eq!(
        told_of(notice, to_mail, &["ding", "mail"]),
        [("everyone".to_owned(), vec!["mail".to_owned()])]
    );
}

#[test]
fn terms_without_a_channel_want_no_more_confirmations_than_are_left() {
    let at_least_two = Contract { succeed: Succeed::AtLeast(2.try_into().unwrap()), within: None };
    let terms = DeliveryTerms {
        contract: at_least_two,
        escalate: vec![rung(60, Unless::Delivered, &["b"]), rung(90, Unless::Acknowledged, &["c", "b"])],
        ..DeliveryTerms::plain(vec!["a".into(), "b".into()])
    };
    let without = terms.without(&["b".into()]).unwrap();
    assert_eq!((names(&without.channels), without.needed()), (vec!["a"], 2));
    assert_eq!(without.escalate, [rung(90, Unless::Acknowledged, &["c"])]);
    let alone = terms.without(&["b".into(), "c".into()]).unwrap();
    assert_eq!((names(&alone.channels), alone.needed()), (vec!["a"], 1));
    assert_eq!(terms.without(&["a".into(), "b".into()]), None);
}

#[test]
fn a_message_covers_what_was_broken_before_a_later_one_could_tell_of_it() {
    let told_at = after_noon(10);
    let minutes = |minutes: i64| told_at + SignedDuration::from_mins(minutes);
    let at =
        |number, abandoned_at| AbandonedContract { abandoned_at, ..broken(number, &[("ding", Missing)]) };
    let other = broken(9, &[("mail", Missing)]);
    let all = [at(1, NOON), at(2, minutes(5)), at(3, minutes(6)), other];
    let (covered, later) = covered_contracts(&all, &all[0].notice_key(), told_at);
    let numbers = |them: Vec<&AbandonedContract>| them.iter().map(|it| it.notification.0).collect::<Vec<_>>();
    assert_eq!((numbers(covered), numbers(later)), (vec![1, 2], vec![3]));
}

proptest! {
    #[test]
    fn every_broken_contract_is_in_one_notice_and_no_notice_goes_to_a_channel_that_confirmed_all_of_it(
        states in prop::collection::vec(prop::collection::vec(0..4_usize, 4), 1..12),
    ) {
        const CHANNELS: [&str; 4] = ["ding", "mail", "sms", "phone"];
        let all: Vec<_> = (1..)
            .zip(&states)
            .map(|(number, states)| {
                let told = CHANNELS.iter().zip(states).filter(|(_, state)| **state < 3);
                let channels: Vec<_> =
                    told.map(|(name, state)| (*name, [InTime, Late, Missing][*state])).collect();
                broken(number, &channels)
            })
            .collect();
        let notices = gather_notices(&all);
        let mut numbers: Vec<_> = notices.iter().flat_map(|it| &it.notifications).map(|it| it.0).collect();
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (1..=i64::try_from(all.len()).unwrap()).collect::<Vec<_>>());
        let to = DeliveryTerms::plain(vec!["mail".into(), "sms".into()]);
        for notice in &notices {
            let of_it = |it: &&AbandonedContract| notice.notifications.contains(&it.notification);
            for (_, told) in told_of(notice, to.clone(), &CHANNELS) {
                for channel in told {
                    let lacks = |it: &AbandonedContract| {
                        it.channels.iter().all(|it| it.channel.as_str() != channel || it.confirmation == Missing)
                    };
                    prop_assert!(all.iter().filter(of_it).any(lacks), "{channel} knows it all");
                }
            }
        }
    }
}
