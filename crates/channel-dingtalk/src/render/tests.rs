use std::sync::Arc;

use expect_test::{Expect, expect};
use fanfare_chat::MentionAll;
use fanfare_core::{Alert, Language, Locale, Severity, Why};
use fanfare_testkit::{attempt, check_groups, digest, notification};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn look() -> RobotLook {
    RobotLook {
        msgtype: DingTalkMsgType::Markdown,
        keyword: None,
        mention: MentionSettings::default(),
        renderer: Renderer::new(Locale::default()),
    }
}

/// An urgent alert that has just begun, changed by `change`.
fn urgent(change: impl FnOnce(&mut Alert)) -> Notification {
    let mut notification = notification(Severity::Urgent, Why::Started);
    change(Arc::make_mut(&mut notification.alert));
    notification
}

/// The body that is posted, as JSON.
fn posted(look: &RobotLook, notification: &Notification, form: MessageForm) -> Value {
    let attempt = Attempt { form, ..attempt() };
    serde_json::to_value(look.body(notification, &attempt)).unwrap()
}

#[track_caller]
fn check_text(look: &RobotLook, notification: &Notification, expected: Expect) {
    let body = posted(look, notification, MessageForm::Full);
    let text = body.pointer("/markdown/text").or(body.pointer("/text/content")).unwrap();
    expected.assert_eq(text.as_str().unwrap());
}

#[test]
fn a_markdown_message_repeats_its_title_since_dingtalk_shows_it_only_in_the_list() {
    let notification = urgent(|alert| alert.generator_url = Some("https://tkl.example.com/a(1)".to_owned()));
    check_text(
        &look(),
        &notification,
        expect![[r#"
            ### [URGENT] Temperature too high - Cold room 3

            - **Level**: URGENT
            - **Device**: Cold room 3
            - **EUI**: 6353012af1093062
            - **Alarm**: over_temp
            - **Description**: Current -9.4 °C, limit -18 °C
            - **Since**: 2026-03-08 12:00:00 +00:00
            - **Groups**: WeCom_ops
            - **Source**: thinklink
            - **Alert no.**: 42

            [Open at the source](https://tkl.example.com/a%281%29)"#]],
    );
    let body = posted(&look(), &notification, MessageForm::Full);
    assert_eq!(body["markdown"]["title"], "[URGENT] Temperature too high - Cold room 3");
    assert_eq!(body["msgtype"], "markdown");
}

#[test]
fn a_message_speaks_the_language_and_shows_the_time_of_the_place() {
    let locale = Locale { language: Language::Zh, timezone: TimeZone::fixed(jiff::tz::offset(8)) };
    check_text(
        &RobotLook { msgtype: DingTalkMsgType::Text, renderer: Renderer::new(locale), ..look() },
        &notification(Severity::High, Why::Resolved),
        expect![[r#"
            [已恢复] Temperature too high - Cold room 3

            级别: 严重
            设备: Cold room 3
            EUI: 6353012af1093062
            告警: over_temp
            描述: Current -9.4 °C, limit -18 °C
            开始时间: 2026-03-08 20:00:00 +08:00
            恢复时间: 2026-03-08 20:00:00 +08:00
            通知组: WeCom_ops
            来源: thinklink
            告警编号: 42"#]],
    );
}

#[test]
fn a_markdown_message_names_everybody_it_calls() {
    let mention = MentionSettings { all: MentionAll::Urgent, ..MentionSettings::default() };
    let notification = urgent(|alert| {
        alert.mention.mobiles = vec!["13800000000".to_owned(), "+1-5550100".to_owned()];
        alert.mention.user_ids = vec!["manager_1".to_owned()];
    });
    let body = posted(&RobotLook { mention, ..look() }, &notification, MessageForm::Full);
    assert_eq!(
        body["at"],
        serde_json::json!({
            "atMobiles": ["13800000000", "+1-5550100"], "atUserIds": ["manager_1"], "isAtAll": true
        })
    );
    let text = body["markdown"]["text"].as_str().unwrap();
    assert!(text.ends_with("\n\n@13800000000 @+1-5550100 @manager_1 @所有人"), "{text}");
}

#[test]
fn a_text_message_leaves_naming_to_dingtalk() {
    let notification = urgent(|alert| alert.mention.mobiles = vec!["13800000000".to_owned()]);
    let body =
        posted(&RobotLook { msgtype: DingTalkMsgType::Text, ..look() }, &notification, MessageForm::Full);
    assert_eq!(body["at"]["atMobiles"], serde_json::json!(["13800000000"]));
    assert!(!body["text"].to_string().contains("13800000000"), "{body}");
}

/// The text as DingTalk shows it, which writes the names right behind the last sign.
fn shown_with_names(look: &RobotLook, notification: &Notification) -> String {
    let body = posted(look, notification, MessageForm::Full);
    format!("{}@13800000000", body["text"]["content"].as_str().unwrap())
}

#[test]
fn no_name_is_glued_to_the_link_at_the_end_of_a_text() {
    let link = "https://alerts.example.com/ack/t0ken_-";
    let text = |language| RobotLook {
        msgtype: DingTalkMsgType::Text,
        renderer: Renderer::new(Locale { language, ..Locale::default() }),
        ..look()
    };
    let mut told = urgent(|alert| alert.mention.mobiles = vec!["13800000000".to_owned()]);
    told.ack_url = Some(link.to_owned());
    let shown = shown_with_names(&text(Language::En), &told);
    assert!(
        shown.ends_with(&format!("Acknowledge: I take care of it {link}\n\nFor: @13800000000")),
        "{shown}"
    );
    let shown = shown_with_names(&text(Language::Zh), &told);
    assert!(shown.ends_with(&format!("{link}\n\n提醒: @13800000000")), "{shown}");
    Arc::make_mut(&mut told.alert).generator_url = Some("https://tkl.example.com/a/1".to_owned());
    let shown = shown_with_names(&text(Language::En), &told);
    assert!(shown.ends_with("https://tkl.example.com/a/1\n\nFor: @13800000000"), "{shown}");
}

#[test]
fn fifty_people_are_called_at_most() {
    let notification = urgent(|alert| {
        alert.mention.mobiles = (0..40).map(|n| format!("138000000{n:02}")).collect();
        alert.mention.user_ids = (0..40).map(|n| format!("user{n}")).collect();
    });
    let body = posted(&look(), &notification, MessageForm::Full);
    let count = |list: &str| body["at"][list].as_array().unwrap().len();
    assert_eq!((count("atMobiles"), count("atUserIds")), (40, 10));
    assert_eq!(body["markdown"]["text"].as_str().unwrap().matches('@').count(), 50);
}

#[test]
fn the_keyword_is_in_every_message_also_when_it_resolves() {
    let look = |msgtype| RobotLook { msgtype, keyword: Some("告警_1".to_owned()), ..look() };
    for why in [Why::Started, Why::Resolved] {
        for (msgtype, form) in [
            (DingTalkMsgType::Markdown, MessageForm::Full),
            (DingTalkMsgType::Text, MessageForm::Full),
            (DingTalkMsgType::Markdown, MessageForm::Plain),
        ] {
            let mut notification = notification(Severity::Low, why);
            Arc::make_mut(&mut notification.alert).annotations.set("content", "x".repeat(50_000));
            let body = posted(&look(msgtype), &notification, form);
            let text = body.pointer("/markdown/text").or(body.pointer("/text/content")).unwrap();
            assert!(text.as_str().unwrap().contains("告警_1"), "{text}");
        }
    }
}

#[test]
fn the_same_uuid_goes_with_every_attempt() {
    let notification = urgent(|_| ());
    let uuid = |ordinal| {
        serde_json::to_value(look().body(&notification, &Attempt { ordinal, ..attempt() })).unwrap()["msgUuid"].clone()
    };
    assert_eq!(uuid(1), uuid(2));
    assert_eq!(uuid(1), attempt().key.as_str());
}

#[test]
fn a_plain_message_is_text_without_links() {
    let notification = urgent(|alert| {
        alert.generator_url = Some("https://tkl.example.com/".to_owned());
        alert.annotations.set("content", "see https://evil.example/x now");
    });
    let body = posted(&look(), &notification, MessageForm::Plain);
    assert_eq!(body["msgtype"], "text");
    let text = body["text"]["content"].as_str().unwrap();
    assert!(text.ends_with("see (…) now"), "{text}");
}

#[test]
fn a_long_message_is_cut_says_so_and_still_calls() {
    let notification = urgent(|alert| {
        alert.annotations.set("content", "冷库 * 温度 \" 过高\n".repeat(3000));
        alert.mention.mobiles = vec!["13800000000".to_owned()];
    });
    let body = posted(&look(), &notification, MessageForm::Full);
    let text = body["markdown"]["text"].as_str().unwrap();
    assert!(
        text.contains("… cut, ") && text.ends_with("more bytes\n\n@13800000000"),
        "{}",
        &text[text.len() - 99..]
    );
    assert!(body.to_string().len() > 10_000, "most of the room is used");
}

#[test]
fn an_invitation_to_acknowledge_is_a_link() {
    let notification = Notification {
        ack_url: Some("https://alerts.example.com/ack/t0ken(1)".to_owned()),
        ..notification(Severity::Urgent, Why::Started)
    };
    let text = |msgtype, form| {
        let body = posted(&RobotLook { msgtype, ..look() }, &notification, form);
        let text = body.pointer("/markdown/text").or(body.pointer("/text/content")).unwrap();
        text.as_str().unwrap().to_owned()
    };
    let markdown = text(DingTalkMsgType::Markdown, MessageForm::Full);
    let link = "- **Acknowledge**: [I take care of it](https://alerts.example.com/ack/t0ken%281%29)";
    assert!(markdown.ends_with(link), "{markdown}");
    let plain = text(DingTalkMsgType::Text, MessageForm::Full);
    assert!(
        plain.ends_with("Acknowledge: I take care of it https://alerts.example.com/ack/t0ken(1)"),
        "{plain}"
    );
    let without = text(DingTalkMsgType::Markdown, MessageForm::Plain);
    assert!(!without.contains("Acknowledge") && !without.contains("http"), "{without}");
}

#[test]
fn a_digest_is_a_list_of_links_and_calls_like_its_alerts() {
    let mention = MentionSettings { all: MentionAll::Urgent, ..MentionSettings::default() };
    let look = RobotLook { mention, keyword: Some("alarm".to_owned()), ..look() };
    let digest = digest(2);
    let mut notifications = digest.notifications().to_vec();
    let second = Arc::make_mut(&mut notifications[1]);
    second.ack_url = None;
    Arc::make_mut(&mut second.alert).mention.mobiles = vec!["13800000000".to_owned()];
    let digest = Digest::new(notifications).unwrap();

    let body = serde_json::to_value(look.digest_body(&digest, &attempt())).unwrap();
    let token = "t0ken".repeat(14);
    expect![[r#"
        ### [URGENT] 2 alerts: 1 URGENT, 1 MID

        alarm

        - **URGENT**: [Temperature too high - Sensor S00000: Current -9.4 °C, limit -18 °C · Since 2026-03-08 12:00:00 +00:00 · Alert no. 770001](https://alerts.example.com/ack/TOKEN)
        - **MID**: Temperature too high - Sensor S00001: Current -9.4 °C, limit -18 °C · Since 2026-03-08 12:00:00 +00:00 · Alert no. 770002

        @13800000000 @所有人"#]]
    .assert_eq(&body["markdown"]["text"].as_str().unwrap().replace(&token, "TOKEN"));
    assert_eq!(
        body["at"],
        serde_json::json!({
            "atMobiles": ["13800000000"], "atUserIds": [], "isAtAll": true
        })
    );

    let plain = Attempt { form: MessageForm::Plain, ..attempt() };
    let body = serde_json::to_value(look.digest_body(&digest, &plain)).unwrap();
    expect![[r#"
        [URGENT] 2 alerts: 1 URGENT, 1 MID

        URGENT: Temperature too high - Sensor S00000: Current -9.4 °C, limit -18 °C · Since 2026-03-08 12:00:00 +00:00 · Alert no. 770001
        MID: Temperature too high - Sensor S00001: Current -9.4 °C, limit -18 °C · Since 2026-03-08 12:00:00 +00:00 · Alert no. 770002

        alarm"#]]
    .assert_eq(body["text"]["content"].as_str().unwrap());
}

#[test]
fn a_digest_of_one_that_fits_nothing_is_cut_within_the_limit() {
    let mut only = digest(1).notifications().to_vec();
    Arc::make_mut(&mut only[0]).ack_url = Some(format!("https://x.example/{}", "x".repeat(30_000)));
    let digest = Digest::new(only).unwrap();
    assert_eq!(look().capacity(&digest), 1);
    let body = serde_json::to_vec(&look().digest_body(&digest, &attempt())).unwrap();
    assert!(body.len() <= 19_500, "{}", body.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The rule holds for all texts of alerts and all people who are called.
    #[test]
    fn no_line_of_a_digest_within_its_capacity_is_cut(
        texts in proptest::collection::vec(".{0,200}", 1..80), many in 1_usize..5, text_type in any::<bool>(),
    ) {
        let mut notifications = digest(i64::try_from(texts.len() * many).unwrap()).notifications().to_vec();
        for (notification, text) in notifications.iter_mut().zip(texts.iter().cycle()) {
            let alert = Arc::make_mut(&mut Arc::make_mut(notification).alert);
            alert.annotations.set("title", text.clone());
            alert.mention.user_ids = vec![text.clone()];
        }
        let digest = Digest::new(notifications).unwrap();
        let look = RobotLook { msgtype: if text_type { DingTalkMsgType::Text } else { DingTalkMsgType::Markdown }, ..look() };
        let capacity = look.capacity(&digest);
        for form in [MessageForm::Full, MessageForm::Plain] {
            let body = look.digest_body(&digest.first(capacity), &Attempt { form, ..attempt() });
            prop_assert!(length(&body) <= 19_500);
            let json = serde_json::to_string(&body).unwrap();
            prop_assert!(!json.contains("… cut, "));
            for told in digest.first(capacity).notifications() {
                let number = format!("Alert no. {}", told.alert_id);
                prop_assert!(json.contains(&number), "{number}");
            }
        }
        let larger = look.digest_body(&digest.first(capacity + 1), &attempt());
        let plain = look.digest_body(&digest.first(capacity + 1), &Attempt { form: MessageForm::Plain, ..attempt() });
        let is_cut = |body: &DingTalkBody| serde_json::to_string(body).unwrap().contains("… cut, ");
        prop_assert!(capacity == digest.notifications().len() || is_cut(&larger) || is_cut(&plain), "no larger one fits");
    }
}

proptest! {
    /// DingTalk refuses a body of more than 20,000 bytes (460101).
    #[test]
    fn a_body_is_never_larger_than_dingtalk_takes(
        unit in any::<char>(), repeat in 1_usize..30_000, label in ".{0,300}", forms in 0_usize..3,
    ) {
        let (msgtype, form) = [
            (DingTalkMsgType::Markdown, MessageForm::Full), (DingTalkMsgType::Text, MessageForm::Full), (DingTalkMsgType::Markdown, MessageForm::Plain),
        ][forms];
        let notification = urgent(|alert| {
            alert.annotations.set("content", unit.to_string().repeat(repeat));
            alert.annotations.set("title", label.repeat(100));
            alert.labels.set("device", label);
            alert.mention.user_ids = (0..60).map(|n| format!("{n:064}")).collect();
        });
        let body = RobotLook { msgtype, ..look() }.body(&notification, &Attempt { form, ..attempt() });
        prop_assert!(serde_json::to_vec(&body).unwrap().len() <= 19_500);
    }
}

#[test]
fn each_alert_of_a_group_is_named_or_counted_within_the_limit() {
    for msgtype in [DingTalkMsgType::Markdown, DingTalkMsgType::Text] {
        let look = RobotLook { msgtype, ..look() };
        check_groups(|told, form| {
            let body = posted(&look, told, form);
            assert!(body.to_string().len() <= 20_000);
            body.pointer("/markdown/text")
                .or(body.pointer("/text/content"))
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        });
    }
}
