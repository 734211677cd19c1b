use std::num::NonZeroUsize;

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::Severity;
use crate::fixtures::{rung, seconds};

fn names(names: &[&str]) -> Vec<ChannelName> {
    names.iter().map(|name| (*name).into()).collect()
}

fn of_three(send: Sending, succeed: Succeed) -> DeliveryTerms {
    let contract = Contract { succeed, within: None };
    DeliveryTerms { send, contract, ..DeliveryTerms::plain(names(&["ding", "mail", "wecom"])) }
}

fn at_least(number: usize) -> Succeed {
    Succeed::AtLeast(NonZeroUsize::new(number).unwrap())
}

/// Of three channels, how many must confirm and how many are told at once.
#[track_caller]
fn check(send: Sending, succeed: Succeed, needed: usize, first: &[&str]) {
    let terms = of_three(send, succeed);
    assert_eq!(terms.needed(), needed);
    assert_eq!(terms.first(), names(first));
}

#[test]
fn together_all_are_told_however_many_must_confirm() {
    check(Sending::Together, Succeed::All, 3, &["ding", "mail", "wecom"]);
    check(Sending::Together, at_least(1), 1, &["ding", "mail", "wecom"]);
}

#[test]
fn in_turn_as_many_are_told_first_as_must_confirm() {
    check(Sending::InTurn, at_least(1), 1, &["ding"]);
    check(Sending::InTurn, at_least(2), 2, &["ding", "mail"]);
    check(Sending::InTurn, Succeed::All, 3, &["ding", "mail", "wecom"]);
    check(Sending::InTurn, at_least(4), 4, &["ding", "mail", "wecom"]);
}

#[test]
fn only_what_has_a_time_to_keep_or_somebody_else_to_tell_needs_watching() {
    let plain = of_three(Sending::Together, Succeed::All);
    assert!(!plain.needs_recheck());
    let within = Contract { within: Some(seconds(60)), ..plain.contract };
    assert!(DeliveryTerms { contract: within, ..plain.clone() }.needs_recheck());
    assert!(
        DeliveryTerms { escalate: vec![rung(60, Unless::Delivered, &["boss"])], ..plain }.needs_recheck()
    );
    assert!(of_three(Sending::InTurn, at_least(1)).needs_recheck());
}

fn with_every_rung() -> DeliveryTerms {
    let escalate = vec![
        rung(60, Unless::Delivered, &["sms"]),
        rung(900, Unless::Acknowledged, &["boss"]),
        rung(3600, Unless::Resolved, &["director"]),
    ];
    DeliveryTerms { escalate, ..of_three(Sending::Together, Succeed::All) }
}

/// The rungs that are left when `why` is told.
#[track_caller]
fn check_ladder(why: Why, expected: &[Unless], asks: AsksForAcknowledgement) {
    let terms = with_every_rung().for_telling(why);
    assert_eq!(terms.escalate.iter().map(|it| it.unless).collect::<Vec<_>>(), expected, "{why}");
    assert_eq!(terms.ask_for_acknowledgement(), asks == AsksForAcknowledgement::Yes, "{why}");
    assert_eq!(
        DeliveryTerms { escalate: vec![], ..terms },
        DeliveryTerms { escalate: vec![], ..with_every_rung() },
        "{why}"
    );
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AsksForAcknowledgement {
    Yes,
    No,
}

#[test]
fn nobody_acknowledges_an_end_and_what_is_no_state_never_ends() {
    use AsksForAcknowledgement::{No, Yes};
    let every = [Unless::Delivered, Unless::Acknowledged, Unless::Resolved];
    check_ladder(Why::Started, &every, Yes);
    check_ladder(Why::Worsened { from: Severity::Low }, &every, Yes);
    check_ladder(Why::StillFiring, &every, Yes);
    check_ladder(Why::Notice, &every[..2], Yes);
    check_ladder(Why::Resolved, &every[..1], No);
    check_ladder(Why::Acknowledged, &every[..1], No);
}

#[test]
fn without_a_rung_that_waits_for_it_nobody_is_asked_to_acknowledge() {
    let mut terms = with_every_rung();
    terms.escalate.retain(|rung| rung.unless != Unless::Acknowledged);
    assert!(!terms.ask_for_acknowledgement());
}

#[test]
fn terms_are_kept_as_text_in_the_words_of_the_config() {
    let contract = Contract { succeed: at_least(2), within: Some(seconds(60)) };
    let terms = DeliveryTerms { send: Sending::InTurn, contract, ..with_every_rung() };
    expect![[r#"
        {
          "channels": [
            "ding",
            "mail",
            "wecom"
          ],
          "send": "in_turn",
          "contract": {
            "succeed": {
              "at_least": 2
            },
            "within": "1m"
          },
          "escalate": [
            {
              "after": "1m",
              "unless": "delivered",
              "to": [
                "sms"
              ]
            },
            {
              "after": "15m",
              "unless": "acknowledged",
              "to": [
                "boss"
              ]
            },
            {
              "after": "1h",
              "unless": "resolved",
              "to": [
                "director"
              ]
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&terms).unwrap());
    expect![[r#"{"channels":["ding"]}"#]]
        .assert_eq(&serde_json::to_string(&DeliveryTerms::plain(names(&["ding"]))).unwrap());
}

fn any_terms() -> impl Strategy<Value = DeliveryTerms> {
    let channels = prop::collection::vec("[a-c]{1,2}".prop_map(|it| ChannelName::from(it.as_str())), 1..4);
    let send = prop_oneof![Just(Sending::Together), Just(Sending::InTurn)];
    let succeed = prop_oneof![Just(Succeed::All), (1_usize..4).prop_map(at_least)];
    let time = || (0_u64..1 << 40).prop_map(|it| HumanDuration(std::time::Duration::from_millis(it)));
    let unless = prop_oneof![Just(Unless::Delivered), Just(Unless::Acknowledged), Just(Unless::Resolved)];
    let rung = (time(), unless, channels.clone()).prop_map(|(after, unless, to)| Rung { after, unless, to });
    let contract =
        (succeed, prop::option::of(time())).prop_map(|(succeed, within)| Contract { succeed, within });
    (channels, send, contract, prop::collection::vec(rung, 0..4))
        .prop_map(|(channels, send, contract, escalate)| DeliveryTerms { channels, send, contract, escalate })
}

proptest! {
    #[test]
    fn what_was_kept_is_what_was_promised(terms in any_terms()) {
        let text = serde_json::to_string(&terms).unwrap();
        prop_assert_eq!(serde_json::from_str::<DeliveryTerms>(&text).unwrap(), terms);
    }
}
