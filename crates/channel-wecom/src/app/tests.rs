use std::sync::Arc;

use fanfare_core::{Locale, NotificationId, Secret, Severity, Why};
use fanfare_http_channel::HttpSettings;
use fanfare_testkit::{FakeHttp, Reaction, attempt, check_groups, digest, notification, shown_of};
use serde_json::{Value, json};

use super::*;

fn app_at(endpoint: &str, msgtype: Option<WeComMsgType>) -> App {
    let client = Client::new(endpoint, HttpSettings::default()).unwrap();
    let config = AppConfig {
        corp_id: " ww1 ".to_owned(),
        secret: Secret::new("a-secret-of-an-app"),
        agent_id: 1_000_002,
        to_user: "zhangsan|lisi".into(),
        to_party: "2".into(),
        to_tag: "".into(),
    };
    App::new(client, config, msgtype, Renderer::new(Locale::default()))
}

fn posted(msgtype: Option<WeComMsgType>, notification: &Notification, form: MessageForm) -> Value {
    serde_json::to_value(app_at("http://127.0.0.1:1", msgtype).body(notification, form)).unwrap()
}

/// A fake that hands out one token and answers sends with these, one after the other.
async fn wecom(answers: &'static [&'static str]) -> FakeHttp {
    let sends = std::sync::atomic::AtomicUsize::new(0);
    FakeHttp::serve(move |request| {
        if request.method == "GET" {
            return Reaction::json(r#"{"errcode":0,"access_token":"a-token-of-an-app","expires_in":7200}"#);
        }
        let send = sends.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Reaction::json(answers[send])
    })
    .await
}

#[test]
fn a_message_names_its_recipients_and_its_agent_as_wecom_wants_them() {
    let body = posted(None, &notification(Severity::Urgent, Why::Started), MessageForm::Full);
    assert_eq!(
        (&body["touser"], &body["toparty"], &body["totag"]),
        (&json!("zhangsan|lisi"), &json!("2"), &json!(""))
    );
    assert_eq!((&body["agentid"], &body["safe"]), (&json!(1_000_002), &json!(0)), "numbers, not texts");
    assert_eq!(body["enable_duplicate_check"], 1);
    assert_eq!(body["duplicate_check_interval"], 14_400);
    assert_eq!(body["msgtype"], "text");
}

#[test]
fn a_long_message_is_cut_by_us_so_that_it_shows() {
    let mut notification = notification(Severity::Urgent, Why::Started);
    Arc::make_mut(&mut notification.alert).annotations.set("content", "告".repeat(3000));
    for (msgtype, field) in [(WeComMsgType::Text, "text"), (WeComMsgType::Markdown, "markdown")] {
        let body = posted(Some(msgtype), &notification, MessageForm::Full);
        let content = body[field]["content"].as_str().unwrap();
        assert!((1900..=2048).contains(&content.len()), "{}", content.len());
        assert!(content.contains("… cut, ") && content.ends_with("\n\n#42-7"), "{content}");
    }
}

#[test]
fn a_retry_has_the_same_content_and_a_repeat_another() {
    let told = notification(Severity::Urgent, Why::StillFiring);
    let told_again = Notification { id: NotificationId(8), ..told.clone() };
    assert_eq!(posted(None, &told, MessageForm::Full), posted(None, &told, MessageForm::Full));
    assert_ne!(posted(None, &told, MessageForm::Full), posted(None, &told_again, MessageForm::Full));
}

#[tokio::test]
async fn a_message_is_sent_with_the_token_to_the_right_door() {
    let fake = wecom(&[r#"{"errcode":0,"errmsg":"ok","invaliduser":"lisi"}"#]).await;
    let app = app_at(&fake.endpoint(), None);
    let receipt = app.notify(&notification(Severity::Urgent, Why::Started), &attempt()).await.unwrap();
    assert_eq!(receipt.refused[0].recipient, "lisi");
    let targets: Vec<String> = fake.seen().into_iter().map(|it| it.target).collect();
    assert_eq!(
        targets,
        [
            "/cgi-bin/gettoken?corpid=ww1&corpsecret=a-secret-of-an-app",
            "/cgi-bin/message/send?access_token=a-token-of-an-app",
        ]
    );
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_not_tried_a_third_time() {
    const REFUSED: &str = r#"{"errcode":40014,"errmsg":"invalid access_token"}"#;
    let fake = wecom(&[REFUSED, REFUSED]).await;
    let app = app_at(&fake.endpoint(), None);
    let err = app.notify(&notification(Severity::Urgent, Why::Started), &attempt()).await.unwrap_err();
    assert_eq!(err.word(), "transient");
    assert_eq!(fake.seen().len(), 4, "two tokens, two sends");
}

#[tokio::test]
async fn any_other_refusal_asks_for_no_new_token() {
    let fake = wecom(&[r#"{"errcode":81013,"errmsg":"all invalid"}"#]).await;
    let app = app_at(&fake.endpoint(), None);
    let err = app.notify(&notification(Severity::Urgent, Why::Started), &attempt()).await.unwrap_err();
    assert_eq!(err.word(), "misconfigured");
    assert_eq!(fake.seen().len(), 2);
}

#[test]
fn a_digest_tells_as_many_alerts_as_wecom_does_not_cut() {
    let many = digest(100);
    for msgtype in [WeComMsgType::Text, WeComMsgType::Markdown] {
        let app = app_at("http://127.0.0.1:1", Some(msgtype));
        let told = many.first(app.capacity(&many));
        assert!(told.notifications().len() >= 7, "{}", told.notifications().len());
        for form in [MessageForm::Full, MessageForm::Plain] {
            let (message, frame) = app.digest_draft(&told, form, &attempt().key);
            let body = serde_json::to_value(app.addressed(&message, &frame)).unwrap();
            let content = body["text"]["content"].as_str().or(body["markdown"]["content"].as_str()).unwrap();
            assert!(content.len() <= 2048 && !content.contains("… cut"), "{content}");
            for told in told.notifications() {
                assert!(shown_of(told).iter().all(|it| content.contains(it)), "{told:?} in {content}");
            }
        }
    }
}

#[test]
fn a_retry_of_a_digest_has_the_same_content_and_another_digest_another() {
    let app = app_at("http://127.0.0.1:1", None);
    let content = |key: &str| {
        let (message, frame) = app.digest_draft(&digest(2), MessageForm::Full, &IdempotencyKey::new(&[key]));
        frame.fitted(&message)
    };
    assert_eq!(content("one digest"), content("one digest"));
    assert_ne!(content("one digest"), content("another"));
}

#[test]
fn each_alert_of_a_group_is_named_or_counted_within_the_limit() {
    for msgtype in [WeComMsgType::Markdown, WeComMsgType::Text] {
        check_groups(|told, form| {
            let body = posted(Some(msgtype), told, form);
            let content = body.pointer("/markdown/content").or(body.pointer("/text/content")).unwrap();
            assert!(content.as_str().unwrap().len() <= 2048);
            content.as_str().unwrap().to_owned()
        });
    }
}
