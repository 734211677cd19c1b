//! Mistakes that clients in the field make. Each must fail here, or be on record,
//! beside the client that does it right.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use channel_email::fake::{ClearAuth, MailServer, SmtpRules};
use fanfare_sandbox::{FakeAccount, Fault, FaultSwitch, MailAction, MailStage, ViolationKind};
use fanfare_testkit::{TestSandbox, raw_mail};

/// A mail server with one login and two addresses.
async fn fakes() -> TestSandbox {
    fakes_with(SmtpRules::default()).await
}

async fn fakes_with(rules: SmtpRules) -> TestSandbox {
    let account = FakeAccount::new(
        "email",
        [
            ("username", "alert@example.com"),
            ("password", "s3cret"),
            ("from", "alert@example.com"),
            ("recipient", "ann@example.com"),
            ("recipient", "bob@example.com"),
        ],
    );
    TestSandbox::start(vec![Box::new(MailServer::new(rules))], [account.named("mail")]).await
}

#[tokio::test]
async fn who_stops_at_the_first_bad_recipient_tells_nobody() {
    let fakes = fakes().await;
    let mut wrong = fakes.mailer().await;
    wrong.log_in().await;
    wrong.expect(&[("MAIL FROM:<alert@example.com>", 250), ("RCPT TO:<gone@example.com>", 550)]).await;
    wrong.expect(&[("QUIT", 221)]).await;
    assert!(fakes.delivered().is_empty());

    let mut right = fakes.mailer().await;
    right.log_in().await;
    assert_eq!(right.deliver(&["gone@example.com", "ann@example.com"], &raw_mail("1")).await.unwrap(), 250);
    assert_eq!(fakes.delivered()[0].shown.recipients, ["ann@example.com"]);
}

#[tokio::test]
async fn who_makes_a_new_message_id_for_each_attempt_cannot_be_collapsed() {
    let fakes = fakes().await;
    let fault = Fault::mail(MailStage::Body, MailAction::StoreAndDrop);
    fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
    for id in ["same", "same", "another"] {
        let mut mailer = fakes.mailer().await;
        mailer.log_in().await;
        let answered = mailer.deliver(&["ann@example.com"], &raw_mail(id)).await;
        assert!(answered.is_err() || answered.is_ok_and(|code| code == 250));
    }
    let ids: Vec<_> = fakes.delivered().into_iter().filter_map(|it| it.shown.id).collect();
    assert_eq!(ids, ["<same@example.com>", "<same@example.com>", "<another@example.com>"]);
}

#[tokio::test]
async fn who_falls_back_to_clear_text_is_refused() {
    let smtp = SmtpRules { clear_auth: ClearAuth::Refused, ..SmtpRules::default() };
    let fakes = fakes_with(smtp).await;
    let mut mailer = fakes.mailer().await;
    mailer.expect(&[("EHLO test", 250), ("STARTTLS", 502)]).await;
    mailer.expect(&[("AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==", 538)]).await;
    mailer.expect(&[("MAIL FROM:<alert@example.com>", 530)]).await;
}

#[tokio::test]
async fn who_joins_headers_by_string_lets_a_label_add_a_recipient() {
    let fakes = fakes().await;
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    let label = "hot\r\nBcc: boss@example.com";
    let injected = raw_mail("1").replace("Subject: hot", &format!("Subject: {label}"));
    assert_eq!(mailer.deliver(&["ann@example.com"], &injected).await.unwrap(), 250);
    assert_eq!(fakes.sandbox.violations()[0].kind, ViolationKind::MailForm);
    assert_eq!(fakes.delivered()[0].shown.mail.as_ref().unwrap().header("bcc"), Some("boss@example.com"));

    fakes.sandbox.clear();
    let encoded =
        raw_mail("2").replace("Subject: hot", "Subject: =?utf-8?b?aG90DQpCY2M6IGJvc3NAZXhhbXBsZS5jb20=?=");
    assert_eq!(mailer.deliver(&["ann@example.com"], &encoded).await.unwrap(), 250);
    assert!(fakes.sandbox.violations().is_empty());
}

#[tokio::test]
async fn who_takes_550_frequency_limited_for_final_loses_the_alert() {
    let fakes = fakes().await;
    let action = MailAction::Reply { code: 550, text: "Connection frequency limited".to_owned() };
    let fault = Fault::mail(MailStage::Body, action);
    fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    assert_eq!(mailer.deliver(&["ann@example.com"], &raw_mail("1")).await.unwrap(), 550);
    assert!(fakes.delivered().is_empty());
    assert_eq!(mailer.deliver(&["ann@example.com"], &raw_mail("1")).await.unwrap(), 250);
    assert_eq!(fakes.delivered().len(), 1);
}

#[tokio::test]
async fn who_ends_lines_with_a_bare_lf_or_makes_them_too_long_is_refused() {
    let fakes = fakes().await;
    let body = |body: &str| raw_mail("1").replace("It is hot.\r\n", body);
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
    let fakes = fakes().await;
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    let stuffed = raw_mail("1").replace("It is hot.", "..a\r\n...b");
    assert_eq!(mailer.deliver(&["ann@example.com"], &stuffed).await.unwrap(), 250);
    assert_eq!(fakes.delivered()[0].shown.text.replace("\r\n", "\n"), ".a\n..b");
}
