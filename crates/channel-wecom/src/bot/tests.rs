use std::sync::Arc;

use fanfare_chat::MentionAll;
use fanfare_core::{Locale, Severity, Why};
use fanfare_http_channel::HttpSettings;
use fanfare_testkit::{check_groups, digest, notification, shown_of};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn bot(msgtype: Option<WeComMsgType>, settings: MentionSettings) -> Bot {
    let client = Client::new("http://127.0.0.1:1", HttpSettings::default()).unwrap();
    Bot::new(client, Secret::new("a key"), msgtype, settings, Renderer::new(Locale::default()))
}

/// The body that a bot posts about an urgent alert that asks for `asked`.
fn posted(
    msgtype: Option<WeComMsgType>,
    settings: MentionSettings,
    asked: Mention,
    form: MessageForm,
) -> Value {
    let bot = bot(msgtype, settings);
    let mut notification = notification(Severity::Urgent, Why::Started);
    let alert = Arc::make_mut(&mut notification.alert);
    alert.mention = asked;
    alert.annotations.set("content", "see https://tkl.example.com ".repeat(500));
    serde_json::to_value(bot.draft(&notification, form).body()).unwrap()
}

fn people(mobiles: &[&str], user_ids: &[&str]) -> Mention {
    let texts = |texts: &[&str]| texts.iter().copied().map(str::to_owned).collect();
    Mention { mobiles: texts(mobiles), user_ids: texts(user_ids), all: false }
}

#[test]
fn a_bot_speaks_markdown_and_calls_members_in_it() {
    let body =
        posted(None, MentionSettings::default(), people(&[], &["zhangsan", "lisi"]), MessageForm::Full);
    assert_eq!(body["msgtype"], "markdown");
    let content = body["markdown"]["content"].as_str().unwrap();
    assert!(content.ends_with("\n\n<@zhangsan> <@lisi>"), "{content}");
    assert!((3900..=4096).contains(&content.len()), "{}", content.len());
}

#[test]
fn mobiles_and_everybody_can_only_be_called_in_text() {
    let body =
        posted(None, MentionSettings::default(), people(&["13800000000"], &["zhangsan"]), MessageForm::Full);
    assert_eq!(body["msgtype"], "text");
    assert_eq!(body["text"]["mentioned_mobile_list"], json!(["13800000000"]));
    assert_eq!(body["text"]["mentioned_list"], json!(["zhangsan"]));
    assert_eq!(body.as_object().unwrap().len(), 2, "the lists stand inside `text`: {body}");
    assert!(body["text"]["content"].as_str().unwrap().len() <= 2048);

    let settings = MentionSettings { all: MentionAll::Urgent, ..MentionSettings::default() };
    let body = posted(None, settings, Mention::default(), MessageForm::Full);
    assert_eq!(body["text"]["mentioned_list"], json!(["@all"]));
}

#[test]
fn a_bot_can_be_told_to_speak_text() {
    let body =
        posted(Some(WeComMsgType::Text), MentionSettings::default(), Mention::default(), MessageForm::Full);
    assert_eq!(body["msgtype"], "text");
}

#[test]
fn a_plain_message_is_short_text_without_links() {
    let body = posted(None, MentionSettings::default(), people(&[], &["zhangsan"]), MessageForm::Plain);
    let content = body["text"]["content"].as_str().unwrap();
    assert!(content.len() <= 1024 && !content.contains("http"), "{content}");
    assert_eq!(body["text"]["mentioned_list"], json!(["zhangsan"]));
}

/// The body that `bot` posts of as much of `digest` as it can.
fn posted_of(bot: &Bot, digest: &Digest, form: MessageForm) -> Value {
    let told = digest.first(bot.capacity(digest));
    serde_json::to_value(bot.digest_draft(&told, form).body()).unwrap()
}

/// The content of a message, which is within WeCom's limit for its type.
fn content_of(body: &Value) -> &str {
    let (limit, content) = match body["msgtype"].as_str().unwrap() {
        "markdown" => (4096, &body["markdown"]["content"]),
        _ => (2048, &body["text"]["content"]),
    };
    let content = content.as_str().unwrap();
    assert!(content.len() <= limit, "{} > {limit}", content.len());
    content
}

#[test]
fn a_digest_tells_as_many_alerts_as_markdown_holds() {
    let (bot, digest) = (bot(None, MentionSettings::default()), digest(100));
    let capacity = bot.capacity(&digest);
    assert!(capacity >= 15, "{capacity}");
    let body = posted_of(&bot, &digest, MessageForm::Full);
    assert_eq!(body["msgtype"], "markdown");
    assert!(content_of(&body).len() > 3_800, "most of the room is used");
    assert!(content_of(&body).contains("> MID: [Temperature too high - Sensor S00001: "), "{body}");
}

#[test]
fn a_digest_that_rings_is_text_and_tells_what_a_text_holds() {
    let settings = MentionSettings { all: MentionAll::Urgent, ..MentionSettings::default() };
    let (bot, digest) = (bot(None, settings), digest(100));
    let body = posted_of(&bot, &digest, MessageForm::Full);
    assert_eq!(body["text"]["mentioned_list"], json!(["@all"]));
    let content = content_of(&body);
    let last = &digest.notifications()[bot.capacity(&digest) - 1];
    assert!(shown_of(last).iter().all(|it| content.contains(it)) && !content.contains("… cut"), "{content}");
}

#[test]
fn a_plain_digest_tells_all_that_a_full_one_does() {
    let (bot, many) = (bot(None, MentionSettings::default()), digest(100));
    let body = posted_of(&bot, &many, MessageForm::Plain);
    let content = content_of(&body);
    assert!(!content.contains("http") && !content.contains("… cut"), "{content}");
    for told in many.first(bot.capacity(&many)).notifications() {
        assert!(shown_of(told).iter().all(|it| content.contains(it)), "{told:?}");
    }
    assert_eq!(posted_of(&bot, &digest(3), MessageForm::Plain)["msgtype"], "text");
}

#[test]
fn a_digest_of_one_that_fits_nothing_is_cut_within_the_limit() {
    let mut only = digest(1).notifications().to_vec();
    Arc::make_mut(&mut only[0]).ack_url = Some(format!("https://x.example/{}", "x".repeat(5_000)));
    let digest = Digest::new(only).unwrap();
    for msgtype in [WeComMsgType::Markdown, WeComMsgType::Text] {
        let bot = bot(Some(msgtype), MentionSettings::default());
        assert_eq!(bot.capacity(&digest), 1);
        content_of(&posted_of(&bot, &digest, MessageForm::Full));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The rule holds for all texts of alerts and all people who are called.
    #[test]
    fn no_line_of_a_digest_within_its_capacity_is_cut(
        texts in proptest::collection::vec(".{0,200}", 1..40), rings in any::<bool>(),
    ) {
        let mut notifications = digest(i64::try_from(texts.len()).unwrap()).notifications().to_vec();
        for (notification, text) in notifications.iter_mut().zip(&texts) {
            let alert = Arc::make_mut(&mut Arc::make_mut(notification).alert);
            alert.annotations.set("title", text.clone());
            alert.mention.user_ids = vec![text.clone()];
        }
        let digest = Digest::new(notifications).unwrap();
        let all = if rings { MentionAll::Urgent } else { MentionAll::Asked };
        let bot = bot(None, MentionSettings { all, ..MentionSettings::default() });
        let told = digest.first(bot.capacity(&digest));
        for form in [MessageForm::Full, MessageForm::Plain] {
            let body = posted_of(&bot, &digest, form);
            let content = content_of(&body);
            prop_assert!(!content.contains("… cut, "));
            for told in told.notifications() {
                let number = format!("Alert no. {}", told.alert_id);
                prop_assert!(content.contains(&number), "{number}");
            }
        }
    }
}

#[test]
fn each_alert_of_a_group_is_named_or_counted_within_the_limit() {
    for (msgtype, limit) in [(WeComMsgType::Markdown, 4096), (WeComMsgType::Text, 2048)] {
        let bot = bot(Some(msgtype), MentionSettings::default());
        check_groups(|told, form| {
            let body = serde_json::to_value(bot.draft(told, form).body()).unwrap();
            let content = body.pointer("/markdown/content").or(body.pointer("/text/content")).unwrap();
            assert!(content.as_str().unwrap().len() <= limit);
            content.as_str().unwrap().to_owned()
        });
    }
}
