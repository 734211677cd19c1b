//! Mistakes that clients in the field make. Each must fail here, or be on record,
//! beside the client that does it right.

use channel_email::fake::{ClearAuth, SmtpRules};
use fanfare_sandbox::{Fault, FaultSwitch, MailAction, MailStage, ViolationKind};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::client::{D1_MILLIS, D1_SIGN, Fakes, mail};

const ROBOT: &str = "/robot/send?access_token=robot-token";
const BOT: &str = "/cgi-bin/webhook/send?key=bot-key";
const TOKEN: &str = "/cgi-bin/gettoken?corpid=corp&corpsecret=app-secret";

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

fn to(users: &str) -> Value {
    json!({"touser": users, "agentid": 7, "msgtype": "text", "text": {"content": "hot"}})
}

async fn by_app(fakes: &Fakes, users: &str) -> Value {
    let token = fakes.get(TOKEN).await.json()["access_token"].as_str().unwrap().to_owned();
    fakes.post(&format!("/cgi-bin/message/send?access_token={token}"), &to(users)).await.json()
}

#[tokio::test]
async fn who_counts_http_200_as_success_loses_the_alert() {
    let fakes = Fakes::start().await;
    let answer = fakes.post("/robot/send?access_token=signed", &text("hot")).await;
    assert_eq!((answer.status, answer.errcode()), (200, Some(310_000)));
    let answer = fakes.post("/cgi-bin/webhook/send?key=mistyped", &text("hot")).await;
    assert_eq!((answer.status, answer.errcode()), (200, Some(93_000)));
    assert!(fakes.delivered().is_empty());

    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 1);
}

#[tokio::test]
async fn who_reads_a_missing_errcode_as_zero_loses_the_alert() {
    let fakes = Fakes::start().await;
    for fault in [Fault::Punish, Fault::html_in_200(), Fault::empty_body(), Fault::garbage_json()] {
        fakes.sandbox.set_fault("robot", FaultSwitch::times(fault, 1)).unwrap();
        let answer = fakes.post(ROBOT, &text("hot")).await;
        assert_eq!((answer.status, answer.errcode()), (200, None));
    }
    assert!(fakes.delivered().is_empty());
    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
}

#[tokio::test]
async fn who_signs_in_seconds_is_refused() {
    let fakes = Fakes::start().await;
    let wrong = "timestamp=1577262236&sign=wYPTWs4B9p4Pnmp433gyWQov%2FLFrgNCvPc7nVR6tx8o%3D";
    let right = format!("timestamp={D1_MILLIS}&sign={D1_SIGN}");
    let answer = fakes.post(&format!("/robot/send?access_token=signed&{wrong}"), &text("hot")).await;
    assert_eq!(answer.errcode(), Some(310_000));
    let answer = fakes.post(&format!("/robot/send?access_token=signed&{right}"), &text("hot")).await;
    assert_eq!(answer.errcode(), Some(0));
}

#[tokio::test]
async fn who_encodes_the_signature_twice_or_never_is_refused() {
    let fakes = Fakes::start().await;
    let twice = D1_SIGN.replace('%', "%25");
    for sign in [twice.as_str(), "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="] {
        let target = format!("/robot/send?access_token=signed&timestamp={D1_MILLIS}&sign={sign}");
        assert_eq!(fakes.post(&target, &text("hot")).await.errcode(), Some(310_000), "{sign}");
    }
    assert!(fakes.delivered().is_empty());
}

#[tokio::test]
async fn who_signs_by_feishus_recipe_is_refused() {
    let fakes = Fakes::start().await;
    let sign = "nHh3Cp6duMZBlaspftrhkkDSIlJ0Lkj6vL71ujaX6pE%3D";
    let target = format!("/robot/send?access_token=signed&timestamp={D1_MILLIS}&sign={sign}");
    assert_eq!(fakes.post(&target, &text("hot")).await.errcode(), Some(310_000));
}

#[tokio::test]
async fn who_counts_characters_sends_too_many_bytes() {
    let fakes = Fakes::start().await;
    let thousand = "告".repeat(1_000); // well within 2048 characters
    assert_eq!(fakes.post(BOT, &text(&thousand)).await.errcode(), Some(40_058));
    assert_eq!(fakes.post(BOT, &text(&"告".repeat(682))).await.errcode(), Some(0));
}

#[tokio::test]
async fn who_cuts_inside_a_character_sends_no_json() {
    let fakes = Fakes::start().await;
    let whole = text("告").to_string();
    let cut = [&whole.as_bytes()[..whole.len() - 4], &whole.as_bytes()[whole.len() - 3..]].concat();
    let answer = fakes.request("POST", ROBOT, &cut).await.unwrap();
    assert_eq!(answer.errcode(), Some(40_035));
    let answer = fakes.request("POST", BOT, &cut).await.unwrap();
    assert_eq!(answer.errcode(), Some(40_008));
    assert!(fakes.delivered().is_empty());
}

#[tokio::test]
async fn who_repeats_what_was_refused_is_refused_again_and_on_record() {
    let fakes = Fakes::start().await;
    for _ in 0..3 {
        assert_eq!(
            fakes.post("/robot/send?access_token=signed", &text("hot")).await.errcode(),
            Some(310_000)
        );
    }
    assert_eq!(fakes.sandbox.stats()["signed"].refused, 3);
}

#[tokio::test]
async fn who_sends_in_the_ten_minutes_of_silence_is_on_record() {
    let fakes = Fakes::start().await;
    for _ in 0..20 {
        assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
    }
    assert!(fakes.sandbox.violations().is_empty());
    fakes.sandbox.ban("robot");
    fakes.wait(SignedDuration::from_secs(599));
    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(410_100));
    assert_eq!(fakes.sandbox.violations()[0].kind, ViolationKind::SentWhileBlocked);

    fakes.wait(SignedDuration::from_secs(1));
    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
    assert_eq!(fakes.sandbox.violations().len(), 1);
}

#[tokio::test]
async fn who_names_people_only_beside_the_markdown_calls_nobody() {
    let fakes = Fakes::start().await;
    let markdown = |text: &str| json!({"msgtype": "markdown", "markdown": {"title": "hot", "text": text}, "at": {"atUserIds": ["ann"]}});
    assert_eq!(fakes.post(ROBOT, &markdown("hot")).await.errcode(), Some(0));
    assert_eq!(fakes.post(ROBOT, &markdown("hot @ann")).await.errcode(), Some(0));
    let mentioned: Vec<_> = fakes.delivered().into_iter().map(|it| it.shown.mentioned).collect();
    assert_eq!(mentioned, [vec![], vec!["ann".to_owned()]]);
}

#[tokio::test]
async fn who_puts_a_mention_list_into_markdown_calls_nobody() {
    let fakes = Fakes::start().await;
    let markdown = json!({"msgtype": "markdown", "markdown": {"content": "hot", "mentioned_list": ["ann"]}});
    let text = json!({"msgtype": "text", "text": {"content": "hot", "mentioned_list": ["ann"]}});
    assert_eq!(fakes.post(BOT, &markdown).await.errcode(), Some(0));
    assert_eq!(fakes.post(BOT, &text).await.errcode(), Some(0));
    let mentioned: Vec<_> = fakes.delivered().into_iter().map(|it| it.shown.mentioned).collect();
    assert_eq!(mentioned, [vec![], vec!["ann".to_owned()]]);
}

#[tokio::test]
async fn who_fetches_a_token_for_each_message_is_on_record() {
    let fakes = Fakes::start().await;
    for _ in 0..3 {
        by_app(&fakes, "ann").await;
    }
    assert_eq!(fakes.sandbox.stats()["app"].token_calls, 3);

    let token = fakes.get(TOKEN).await.json()["access_token"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        let answer = fakes.post(&format!("/cgi-bin/message/send?access_token={token}"), &to("ann")).await;
        assert_eq!(answer.errcode(), Some(0));
    }
    assert_eq!(fakes.sandbox.stats()["app"].token_calls, 4);
}

#[tokio::test]
async fn who_keeps_trying_a_wrong_secret_is_banned_for_an_hour() {
    let fakes = Fakes::start().await;
    let wrong = "/cgi-bin/gettoken?corpid=corp&corpsecret=wrong";
    for _ in 0..5 {
        assert_eq!(fakes.get(wrong).await.errcode(), Some(40_001));
    }
    assert_eq!(fakes.get(wrong).await.errcode(), Some(45_009));
    assert_eq!(fakes.get(TOKEN).await.errcode(), Some(45_009));
    assert!(!fakes.sandbox.violations().is_empty());
    fakes.wait(SignedDuration::from_hours(1));
    assert_eq!(fakes.get(TOKEN).await.errcode(), Some(0));
}

#[tokio::test]
async fn who_ignores_invaliduser_never_learns_who_has_it_not() {
    let fakes = Fakes::start().await;
    let answer = by_app(&fakes, "ann|Stranger").await;
    assert_eq!((&answer["errcode"], &answer["invaliduser"]), (&json!(0), &json!("stranger")));
    assert_eq!(fakes.delivered()[0].shown.recipients, ["ann"]);
}

#[tokio::test]
async fn who_stops_at_the_first_bad_recipient_tells_nobody() {
    let fakes = Fakes::start().await;
    let mut wrong = fakes.mailer().await;
    wrong.log_in().await;
    wrong.expect(&[("MAIL FROM:<alert@example.com>", 250), ("RCPT TO:<gone@example.com>", 550)]).await;
    wrong.expect(&[("QUIT", 221)]).await;
    assert!(fakes.delivered().is_empty());

    let mut right = fakes.mailer().await;
    right.log_in().await;
    assert_eq!(right.deliver(&["gone@example.com", "ann@example.com"], &mail("1")).await.unwrap(), 250);
    assert_eq!(fakes.delivered()[0].shown.recipients, ["ann@example.com"]);
}

#[tokio::test]
async fn who_makes_a_new_uuid_for_each_attempt_is_shown_twice() {
    let fakes = Fakes::start().await;
    let with = |uuid: &str| json!({"msgtype": "text", "text": {"content": "hot"}, "msgUuid": uuid});
    let reset = || fakes.sandbox.set_fault("robot", FaultSwitch::times(Fault::Reset, 1)).unwrap();

    reset();
    assert!(fakes.request("POST", ROBOT, with("a").to_string().as_bytes()).await.is_err());
    assert_eq!(fakes.post(ROBOT, &with("b")).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 2);

    fakes.sandbox.clear();
    reset();
    assert!(fakes.request("POST", ROBOT, with("c").to_string().as_bytes()).await.is_err());
    assert_eq!(fakes.post(ROBOT, &with("c")).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 1);
}

#[tokio::test]
async fn who_makes_a_new_message_id_for_each_attempt_cannot_be_collapsed() {
    let fakes = Fakes::start().await;
    let fault = Fault::mail(MailStage::Body, MailAction::StoreAndDrop);
    fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
    for id in ["same", "same", "another"] {
        let mut mailer = fakes.mailer().await;
        mailer.log_in().await;
        let answered = mailer.deliver(&["ann@example.com"], &mail(id)).await;
        assert!(answered.is_err() || answered.is_ok_and(|code| code == 250));
    }
    let ids: Vec<_> = fakes.delivered().into_iter().filter_map(|it| it.shown.id).collect();
    assert_eq!(ids, ["<same@example.com>", "<same@example.com>", "<another@example.com>"]);
}

#[tokio::test]
async fn who_falls_back_to_clear_text_is_refused() {
    let smtp = SmtpRules { clear_auth: ClearAuth::Refused, ..SmtpRules::default() };
    let fakes = Fakes::with(smtp).await;
    let mut mailer = fakes.mailer().await;
    mailer.expect(&[("EHLO test", 250), ("STARTTLS", 502)]).await;
    mailer.expect(&[("AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==", 538)]).await;
    mailer.expect(&[("MAIL FROM:<alert@example.com>", 530)]).await;
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_credential() {
    let fakes = Fakes::start().await;
    let mut told = String::new();
    for target in ["/robot/send?access_token=signed", ROBOT, "/robot/send?access_token=mistyped-token", BOT] {
        told += &fakes.post(target, &text("")).await.body;
    }
    told += &fakes.get("/cgi-bin/gettoken?corpid=corp&corpsecret=mistyped-secret").await.body;
    told += &format!("{:?} {:?}", fakes.sandbox.messages(), fakes.sandbox.violations());
    told += &format!("{:?} {:?}", fakes.sandbox.stats(), fakes.sandbox);
    for secret in
        ["robot-token", "mistyped-token", "bot-key", "app-secret", "mistyped-secret", "this is secret"]
    {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn who_joins_headers_by_string_lets_a_label_add_a_recipient() {
    let fakes = Fakes::start().await;
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    let label = "hot\r\nBcc: boss@example.com";
    let injected = mail("1").replace("Subject: hot", &format!("Subject: {label}"));
    assert_eq!(mailer.deliver(&["ann@example.com"], &injected).await.unwrap(), 250);
    assert_eq!(fakes.sandbox.violations()[0].kind, ViolationKind::MailForm);
    assert_eq!(fakes.delivered()[0].shown.mail.as_ref().unwrap().header("bcc"), Some("boss@example.com"));

    fakes.sandbox.clear();
    let encoded =
        mail("2").replace("Subject: hot", "Subject: =?utf-8?b?aG90DQpCY2M6IGJvc3NAZXhhbXBsZS5jb20=?=");
    assert_eq!(mailer.deliver(&["ann@example.com"], &encoded).await.unwrap(), 250);
    assert!(fakes.sandbox.violations().is_empty());
}

#[tokio::test]
async fn who_takes_550_frequency_limited_for_final_loses_the_alert() {
    let fakes = Fakes::start().await;
    let action = MailAction::Reply { code: 550, text: "Connection frequency limited".to_owned() };
    let fault = Fault::mail(MailStage::Body, action);
    fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    assert_eq!(mailer.deliver(&["ann@example.com"], &mail("1")).await.unwrap(), 550);
    assert!(fakes.delivered().is_empty());
    assert_eq!(mailer.deliver(&["ann@example.com"], &mail("1")).await.unwrap(), 250);
    assert_eq!(fakes.delivered().len(), 1);
}

#[tokio::test]
async fn who_ends_lines_with_a_bare_lf_or_makes_them_too_long_is_refused() {
    let fakes = Fakes::start().await;
    let body = |body: &str| mail("1").replace("It is hot.\r\n", body);
    for (content, code) in [
        (format!("{}\r\n", "x".repeat(998)), 250),
        (format!("{}\r\n", "x".repeat(999)), 554),
        ("a\nb\r\n".to_owned(), 554),
        ("a\n.\nb\r\n".to_owned(), 554),
        ("a\n.\r\nMAIL FROM:<boss@example.com>\r\n".to_owned(), 554),
        ("a\rb\r\n".to_owned(), 554),
    ] {
        let mut mailer = fakes.mailer().await;
        mailer.log_in().await;
        assert_eq!(mailer.deliver(&["ann@example.com"], &body(&content)).await.unwrap(), code, "{content:?}");
        // Nothing of the mail was read as a command.
        mailer.expect(&[("NOOP", 250)]).await;
    }
    let mut mailer = fakes.mailer().await;
    assert_eq!(mailer.send(b"EHLO test\n").await.unwrap(), 521);
}

#[tokio::test]
async fn dots_are_unstuffed_once() {
    let fakes = Fakes::start().await;
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    let stuffed = mail("1").replace("It is hot.", "..a\r\n...b");
    assert_eq!(mailer.deliver(&["ann@example.com"], &stuffed).await.unwrap(), 250);
    assert_eq!(fakes.delivered()[0].shown.text.replace("\r\n", "\n"), ".a\n..b");
}
