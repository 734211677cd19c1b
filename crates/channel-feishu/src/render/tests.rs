use std::sync::Arc;

use expect_test::{Expect, expect};
use fanfare_core::{Alert, Language, Locale, Severity, Why};
use fanfare_testkit::{check_groups, digest, notification, shown_of};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::MentionConfig;

fn look(msg_type: FeishuMsgType, language: Language) -> FeishuLook {
    FeishuLook {
        msg_type,
        keyword: Some("alarm_key".to_owned()),
        mentions: Mentions::new(MentionConfig {
            user_ids: vec!["ou_1".to_owned()],
            ..MentionConfig::default()
        }),
        renderer: Renderer::new(Locale { language, ..Locale::default() }),
    }
}

fn card() -> FeishuLook {
    look(FeishuMsgType::Interactive, Language::En)
}

fn urgent(change: impl FnOnce(&mut Alert)) -> Notification {
    let mut notification = notification(Severity::Urgent, Why::Started);
    change(Arc::make_mut(&mut notification.alert));
    notification
}

#[track_caller]
fn check(body: &FeishuBody, expected: Expect) {
    expected.assert_eq(&serde_json::to_string_pretty(&serde_json::to_value(body).unwrap()).unwrap());
}

fn posted(look: &FeishuLook, notification: &Notification, form: MessageForm) -> Value {
    serde_json::to_value(look.body(notification, form)).unwrap()
}

#[test]
fn a_card_has_a_coloured_headline_the_facts_the_keyword_and_the_mentions() {
    let told = urgent(|it| it.generator_url = Some("https://think.link/alarms/42".to_owned()));
    check(
        &card().body(&told, MessageForm::Full),
        expect![[r#"
        {
          "card": {
            "body": {
              "elements": [
                {
                  "content": "**Level**: URGENT\n**Device**: Cold room 3\n**EUI**: 6353012af1093062\n**Alarm**: over&#95;temp\n**Description**: Current -9.4 °C, limit -18 °C\n**Since**: 2026-03-08 12:00:00 +00:00\n**Groups**: WeCom&#95;ops\n**Source**: thinklink\n**Alert no.**: 42",
                  "tag": "markdown"
                },
                {
                  "content": "[Open at the source](https://think.link/alarms/42)",
                  "tag": "markdown"
                },
                {
                  "content": "alarm_key",
                  "tag": "markdown"
                },
                {
                  "content": "<at id=ou_1></at>",
                  "tag": "markdown"
                }
              ]
            },
            "header": {
              "template": "red",
              "title": {
                "content": "[URGENT] Temperature too high - Cold room 3",
                "tag": "plain_text"
              }
            },
            "schema": "2.0"
          },
          "msg_type": "interactive"
        }"#]],
    );
}

#[test]
fn rich_text_has_the_same_in_its_language() {
    let told = Notification {
        ack_url: Some("https://alerts.example.com/ack/t0ken".to_owned()),
        ..notification(Severity::High, Why::Resolved)
    };
    let body = look(FeishuMsgType::Post, Language::Zh).body(&told, MessageForm::Full);
    let body = serde_json::to_value(body).unwrap();
    let lines = body["content"]["post"]["zh_cn"]["content"].as_array().unwrap();
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    expect![[r#"
        [{"tag":"text","text":"级别: 严重"}]
        [{"tag":"text","text":"设备: Cold room 3"}]
        [{"tag":"text","text":"EUI: 6353012af1093062"}]
        [{"tag":"text","text":"告警: over_temp"}]
        [{"tag":"text","text":"描述: Current -9.4 °C, limit -18 °C"}]
        [{"tag":"text","text":"开始时间: 2026-03-08 12:00:00 +00:00"}]
        [{"tag":"text","text":"恢复时间: 2026-03-08 12:00:00 +00:00"}]
        [{"tag":"text","text":"通知组: WeCom_ops"}]
        [{"tag":"text","text":"来源: thinklink"}]
        [{"tag":"text","text":"告警编号: 42"}]
        [{"tag":"text","text":"确认: "},{"href":"https://alerts.example.com/ack/t0ken","tag":"a","text":"由我处理"}]
        [{"tag":"text","text":"alarm_key"}]"#]].assert_eq(&lines.join("\n"));
    assert_eq!(body["content"]["post"]["zh_cn"]["title"], "[已恢复] Temperature too high - Cold room 3");
}

#[test]
fn a_plain_message_is_text_without_links_and_still_calls_people() {
    let told = urgent(|it| it.annotations.set("title", "See https://x.example <at user_id=\"all\"></at>"));
    check(
        &card().body(&told, MessageForm::Plain),
        expect![[r#"
        {
          "content": {
            "text": "[URGENT] See (…) ＜at user_id=\"all\">＜/at> - Cold room 3\n\nLevel: URGENT\nDevice: Cold room 3\nEUI: 6353012af1093062\nAlarm: over_temp\nDescription: Current -9.4 °C, limit -18 °C\nSince: 2026-03-08 12:00:00 +00:00\nGroups: WeCom_ops\nSource: thinklink\nAlert no.: 42\n\nalarm_key\n\n<at user_id=\"ou_1\"></at>"
          },
          "msg_type": "text"
        }"#]],
    );
}

#[test]
fn an_alert_cannot_call_people_by_its_texts() {
    let told = urgent(|it| it.labels.set("device", "<at id=all></at>"));
    let body = posted(&card(), &told, MessageForm::Full).to_string();
    assert_eq!(body.matches("<at id=").count(), 1, "only the settings': {body}");
}

#[test]
fn the_headline_has_the_colour_of_the_worst() {
    let colour = |severity, why| CardColour::from_notification(&notification(severity, why));
    assert_eq!(colour(Severity::Urgent, Why::StillFiring), CardColour::Red);
    assert_eq!(colour(Severity::Low, Why::Started), CardColour::Blue);
    assert_eq!(colour(Severity::Urgent, Why::Resolved), CardColour::Green);
    assert_eq!(colour(Severity::Urgent, Why::Acknowledged), CardColour::Grey);
    assert_eq!(CardColour::from_digest(&digest(3)), CardColour::Red);
}

#[test]
fn a_long_text_is_cut_and_the_message_says_so() {
    for msg_type in [FeishuMsgType::Interactive, FeishuMsgType::Post] {
        let told = urgent(|it| it.annotations.set("content", "温".repeat(20_000)));
        let body = look(msg_type, Language::En).body(&told, MessageForm::Full);
        assert!(length(&body) <= 19_500, "{}", length(&body));
        assert!(length(&body) > 19_000, "no more is cut than must be: {}", length(&body));
        let text = serde_json::to_string(&body).unwrap();
        assert!(text.contains("… cut, ") && text.contains("alarm_key"), "{text}");
    }
}

#[test]
fn within_the_capacity_every_alert_of_a_digest_is_shown_in_either_form() {
    for msg_type in [FeishuMsgType::Interactive, FeishuMsgType::Post] {
        let look = look(msg_type, Language::En);
        let many = digest(1000);
        let told = many.first(look.capacity(&many));
        for form in [MessageForm::Full, MessageForm::Plain] {
            let text = serde_json::to_string(&look.digest_body(&told, form)).unwrap();
            assert!(text.len() <= 19_500 && !text.contains("… cut"), "{}", text.len());
            for shown in told.notifications().iter().flat_map(|it| shown_of(it)) {
                assert!(text.contains(&shown), "{shown}");
            }
        }
    }
}

#[test]
fn the_room_for_a_signature_is_what_it_takes() {
    let (timestamp, sign) =
        crate::sign::sign(&fanfare_core::Secret::new("demo"), "2026-03-08T12:00:00Z".parse().unwrap());
    let body = card().body(&notification(Severity::High, Why::Started), MessageForm::Full);
    let room = length(&body);
    let signed = FeishuBody { timestamp: Some(timestamp), sign: Some(sign), ..body };
    assert_eq!(serde_json::to_string(&signed).unwrap().len(), room);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_message_is_longer_than_feishu_takes(
        title in ".{0,300}", device in ".{0,3000}", content in "(?s).{0,30000}",
    ) {
        let told = urgent(|it| {
            it.annotations.set("title", &title);
            it.annotations.set("content", &content);
            it.labels.set("device", &device);
        });
        for msg_type in [FeishuMsgType::Interactive, FeishuMsgType::Post] {
            for form in [MessageForm::Full, MessageForm::Plain] {
                let body = look(msg_type, Language::En).body(&told, form);
                prop_assert!(length(&body) <= 20_000);
            }
        }
    }
}

#[test]
fn each_alert_of_a_group_is_named_or_counted_within_the_limit() {
    for msg_type in [FeishuMsgType::Interactive, FeishuMsgType::Post] {
        let look = look(msg_type, Language::En);
        check_groups(|told, form| {
            let body = posted(&look, told, form).to_string();
            assert!(body.len() <= 20_000);
            body
        });
    }
}
