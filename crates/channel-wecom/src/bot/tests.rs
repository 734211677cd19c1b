use std::sync::Arc;

use fanfare_core::{Severity, Why};
use fanfare_testkit::notification;
use fanfare_webhook::{HttpSettings, MentionAll};
use serde_json::{Value, json};

use super::*;

/// What a bot posts about an urgent alert that asks for `asked`.
fn posted(msgtype: Option<MsgType>, settings: MentionSettings, asked: Mention, form: Form) -> Value {
    let client = Client::new("http://127.0.0.1:1", HttpSettings::default()).unwrap();
    let bot = Bot::new(client, Secret::new("a key"), msgtype, settings, Style::default());
    let mut notification = notification(Severity::Urgent, Why::Started);
    let alert = Arc::make_mut(&mut notification.alert);
    alert.mention = asked;
    alert.annotations.set("content", "see https://tkl.example.com ".repeat(500));
    serde_json::to_value(bot.body(&notification, form)).unwrap()
}

fn people(mobiles: &[&str], user_ids: &[&str]) -> Mention {
    let texts = |texts: &[&str]| texts.iter().copied().map(str::to_owned).collect();
    Mention { mobiles: texts(mobiles), user_ids: texts(user_ids), all: false }
}

#[test]
fn a_bot_speaks_markdown_and_calls_members_in_it() {
    let body = posted(None, MentionSettings::default(), people(&[], &["zhangsan", "lisi"]), Form::Full);
    assert_eq!(body["msgtype"], "markdown");
    let content = body["markdown"]["content"].as_str().unwrap();
    assert!(content.ends_with("\n\n<@zhangsan> <@lisi>"), "{content}");
    assert!((3900..=4096).contains(&content.len()), "{}", content.len());
}

#[test]
fn mobiles_and_everybody_can_only_be_called_in_text() {
    let body = posted(None, MentionSettings::default(), people(&["13800000000"], &["zhangsan"]), Form::Full);
    assert_eq!(body["msgtype"], "text");
    assert_eq!(body["text"]["mentioned_mobile_list"], json!(["13800000000"]));
    assert_eq!(body["text"]["mentioned_list"], json!(["zhangsan"]));
    assert_eq!(body.as_object().unwrap().len(), 2, "the lists stand inside `text`: {body}");
    assert!(body["text"]["content"].as_str().unwrap().len() <= 2048);

    let settings = MentionSettings { all: MentionAll::Urgent, ..MentionSettings::default() };
    let body = posted(None, settings, Mention::default(), Form::Full);
    assert_eq!(body["text"]["mentioned_list"], json!(["@all"]));
}

#[test]
fn a_bot_can_be_told_to_speak_text() {
    let body = posted(Some(MsgType::Text), MentionSettings::default(), Mention::default(), Form::Full);
    assert_eq!(body["msgtype"], "text");
}

#[test]
fn a_plain_message_is_short_text_without_links() {
    let body = posted(None, MentionSettings::default(), people(&[], &["zhangsan"]), Form::Plain);
    let content = body["text"]["content"].as_str().unwrap();
    assert!(content.len() <= 1024 && !content.contains("http"), "{content}");
    assert_eq!(body["text"]["mentioned_list"], json!(["zhangsan"]));
}
