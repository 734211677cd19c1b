use serde_json::{Value, json};

use super::{ask, gateway, raise, until_told};
use crate::harness::{PATIENCE, TestGateway, until};

/// 40058: what WeCom answers to what it will not take in this form: the full
/// form and the plain one, and then it is mended.
/// <https://developer.work.weixin.qq.com/document/path/90313>
const TWO_REFUSALS: &str =
    r#"{ "fault": { "errcode": { "code": 40058, "words": "invalid Request Parameter" } }, "times": 2 }"#;

fn letters(gateway: &TestGateway) -> Vec<Value> {
    ask(gateway, &["dead-letters", "list"])["dead_letters"].as_array().unwrap().clone()
}

/// An alarm whose message the group would not take: its number, and the dead letter's.
#[track_caller]
fn one_that_dies(gateway: &TestGateway, name: &str) -> (i64, String) {
    super::switch_on(gateway, "group", TWO_REFUSALS);
    let alert = raise(gateway, name, "mid");
    let of_it = || letters(gateway).into_iter().find(|it| it["alert_id"] == alert);
    until("it is given up", || of_it().is_some(), PATIENCE);
    (alert, of_it().unwrap()["id"].as_str().unwrap().to_owned())
}

#[test]
fn a_dead_letter_is_shown_and_tried_again_once_its_channel_is_mended() {
    let gateway = gateway();
    let (alert, id) = one_that_dies(&gateway, "door");
    let shown = gateway.run(&["dead-letters", "show", &id], &[]);
    assert_eq!(shown.code, Some(0), "{}", shown.said());
    for words in ["Receiver: team", "Channel: group", "invalid Request Parameter", "fanfare explain"] {
        assert!(shown.stdout.contains(words), "{words} is missing:\n{}", shown.stdout);
    }

    let retried = gateway.run(&["dead-letters", "retry", &id, "--by", "Wang"], &[]);
    assert_eq!(
        (retried.code, retried.stdout.trim()),
        (Some(0), "1 dead letter is tried again"),
        "{}",
        retried.said()
    );
    until_told(&gateway, alert, &json!({ "event": "step", "step": "retried", "by": "Wang" }));
    until_told(&gateway, alert, &json!({ "event": "attempt", "channel": "group", "outcome": "delivered" }));
    assert_eq!(letters(&gateway).iter().filter(|it| it["alert_id"] == alert).count(), 0);
    let again = gateway.run(&["dead-letters", "retry", &id], &[]);
    assert_eq!(again.code, Some(1), "there is nothing to try again: {}", again.said());
}

#[test]
fn dead_letters_are_discarded_with_a_reason_that_the_story_keeps() {
    let gateway = gateway();
    let (alert, _) = one_that_dies(&gateway, "door");
    let discard = ["dead-letters", "discard", "--channel", "group", "--since", "1h", "--by", "Wang"];
    let nothing =
        gateway.run(&["dead-letters", "discard", "--channel", "robot", "--reason", "none there"], &[]);
    assert_eq!(nothing.code, Some(1), "{}", nothing.said());
    let discarded = gateway.run(&[&discard[..], &["--reason", "an exercise"]].concat(), &[]);
    assert_eq!(discarded.code, Some(0), "{}", discarded.said());
    assert_eq!(letters(&gateway).iter().filter(|it| it["channel"] == "group").count(), 0);

    let told = gateway.run(&["explain", &alert.to_string()], &[]).stdout;
    assert!(told.contains("group discarded by Wang: an exercise"), "{told}");
    let listed = gateway.run(&["deliveries", "list", "--state", "discarded"], &[]).stdout;
    assert!(listed.contains("an exercise"), "{listed}");
    let audit = gateway.run(&["audit"], &[]);
    assert_eq!(audit.code, Some(0), "{}", audit.said());
}
