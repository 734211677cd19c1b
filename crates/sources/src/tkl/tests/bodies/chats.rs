//! Messages in the forms of chat providers, sent to Fanfare instead of the robot.

use super::*;

const CHATS: &[BodyRow] = &[
    (r#"{"msgtype": "text", "text": {"content": "Pump 3 is dead"}}"#, "firing mid", "Pump 3 is dead"),
    (
        r#####"{"msgtype": "markdown", "markdown": {"title": "Pump dead", "text": "#### Pump 3\n- since 08:30"}}"#####,
        "firing mid",
        "Pump dead|#### Pump 3\n- since 08:30",
    ),
    (r#"{"msgtype": "markdown", "markdown": {"content": "**漏水** 3号泵"}}"#, "firing mid", "**漏水** 3号泵"),
    (r#"{"msg_type": "text", "content": {"text": "水泵停机"}}"#, "firing mid", "水泵停机"),
    (
        r#"{"msgtype": "link", "link": {"title": "Leak", "text": "see the page"}}"#,
        "firing mid",
        "Leak|see the page",
    ),
    (r#"{"text": "Slack-like: pump dead"}"#, "firing mid", "Slack-like: pump dead"),
];

#[test]
fn what_chat_bots_send_can_be_read() {
    check_rows(CHATS);
}

/// The example of ThinkLink's note on DingTalk.
#[test]
fn the_facts_of_a_chat_message_are_those_of_its_alarm() {
    let body = |level: &str, reading: &str, time: &str| {
        let text = format!(
            "### Device Alert - Cold room 3\\n\\n- **EUI**: `6353012AF1093062`\\n- **Level**: **{level}**\\n- **Description**: {reading}\\n- **Time**: {time}"
        );
        alert(&format!(
            r#"{{"msgtype": "markdown", "markdown": {{"title": "Device Alert - Cold room 3", "text": "{text}"}}}}"#
        ))
    };
    let first = body("URGENT", "-9.4", "2026-03-08T08:40:38.000Z");
    assert_eq!((first.severity, first.text_of("eui")), (Severity::Urgent, "6353012af1093062"));
    assert_eq!(first.annotations.get("title"), Some("Device Alert - Cold room 3"));
    let later = body("URGENT", "-8.1", "2026-03-08T08:55:38.000Z");
    assert_eq!(first.fingerprint, later.fingerprint, "only a reading and the time differ");
    let other = body("URGENT", "door 3 is open", "2026-03-08T08:55:38.000Z");
    assert_ne!(first.fingerprint, other.fingerprint);
}

/// The mobiles, user ids and whether everybody is called.
type ExpectedMention<'a> = (&'a [&'a str], &'a [&'a str], bool);

#[track_caller]
fn check_mention(body: &str, (mobiles, user_ids, all): ExpectedMention<'_>) {
    let mention = alert(body).mention;
    let texts = |texts: &[&str]| -> Vec<String> { texts.iter().map(|it| (*it).to_owned()).collect() };
    assert_eq!(mention, Mention { mobiles: texts(mobiles), user_ids: texts(user_ids), all }, "{body}");
}

#[test]
fn a_chat_message_calls_whom_it_names() {
    check_mention(
        r#"{"msgtype": "text", "text": {"content": "x"}, "at": {"atMobiles": ["13800000000"], "atUserIds": ["wu"], "isAtAll": false}}"#,
        (&["13800000000"], &["wu"], false),
    );
    check_mention(
        r#"{"msgtype": "text", "text": {"content": "x", "mentioned_list": ["wu", "@all"], "mentioned_mobile_list": ["13800000000"]}}"#,
        (&["13800000000"], &["wu"], true),
    );
}

#[test]
fn a_telephone_number_is_read_in_any_usual_form() {
    for written in [
        r#""13800000000""#,
        "13800000000",
        "1.38e10",
        r#""+86 138-0000-0000""#,
        r#""+8613800000000""#,
        r#""008613800000000""#,
        r#""86 138 0000 0000""#,
        "8613800000000",
        r#""138 0000 0000""#,
        r#""(+86) 138.0000.0000""#,
        r#""@13800000000""#,
        r#"["+86 13800000000", "138-0000-0000"]"#,
    ] {
        check_mention(
            &format!(r#"{{"desc": "x", "at_mobiles": {written}}}"#),
            (&["13800000000"], &[], false),
        );
    }
    check_mention(
        r#"{"desc": "x", "at_mobiles": "+852 5123 4567；0049 170 1234567"}"#,
        (&["+85251234567", "+491701234567"], &[], false),
    );
}

#[test]
fn what_is_no_telephone_number_is_named() {
    let read =
        try_read(r#"{"desc": "x", "at_mobiles": ["Wu", "138 0000 0000", ""]}"#, &Hints::default()).unwrap();
    let ReadAlert { alert, unread, .. } = &read.alerts[0];
    assert_eq!(
        (alert.mention.mobiles.as_slice(), alert.extra.get("at_mobiles")),
        (&["13800000000".to_owned()][..], Some("Wu"))
    );
    assert_eq!(unread, &["at_mobiles"]);
}
