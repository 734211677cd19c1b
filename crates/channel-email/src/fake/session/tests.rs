use std::sync::Arc;

use fanfare_sandbox::{
    AccountSettings, ProviderVerdict, SandboxClock, SandboxState, SeenMessage, ViolationKind,
};
use jiff::Timestamp;

use super::super::account::MailAccount;
use super::super::rules::{ClearAuth, SmtpCapability, SmtpRules};
use super::super::state::MailServerState;
use super::super::wire::{RawMail, WireFlaw};
use super::{NextStep, ServerSession};

const PLAIN: &str = "AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==";

const MAIL: &str = "From: alert@example.com\r\nTo: ann@example.com\r\nSubject: =?utf-8?b?W+S4pemHjV0gMeWPt+WGt+W6k+a4qeW6pui/h+mrmA==?=\r\n\
    Date: Sun, 08 Mar 2026 12:00:00 +0000\r\nMessage-ID: <1@example.com>\r\nAuto-Submitted: auto-generated\r\n\r\nIt is hot.\r\n";

/// A server where `alert@example.com` has the password `s3cret`, and what it records.
struct TestServer {
    server: Arc<MailServerState>,
    sandbox: Arc<SandboxState>,
}

impl TestServer {
    fn new(rules: SmtpRules) -> Self {
        let noon = Timestamp::from_second(1_772_971_200).unwrap();
        let sandbox = SandboxState::new(SandboxClock::new(move || noon)).unwrap();
        let server = Self { server: Arc::new(MailServerState::new(rules)), sandbox: Arc::new(sandbox) };
        server.add("ops-mail", &LOGIN);
        server
    }

    fn add(&self, name: &str, settings: &[(&'static str, &'static str)]) {
        let settings = AccountSettings::new(settings.iter().copied());
        self.server.accounts().add(name, MailAccount::from_settings(&settings).unwrap());
    }

    fn session(&self) -> ServerSession {
        ServerSession::new(Arc::clone(&self.server), Arc::clone(&self.sandbox))
    }

    fn messages(&self) -> Vec<SeenMessage> {
        self.sandbox.record(|journal| journal.messages())
    }

    fn violations(&self) -> Vec<ViolationKind> {
        self.sandbox.record(|journal| journal.violations()).iter().map(|it| it.kind).collect()
    }
}

const LOGIN: [(&str, &str); 3] =
    [("username", "alert@example.com"), ("password", "s3cret"), ("from", "alert@example.com")];

/// Says all lines and returns the code and words of the last reply.
fn say(session: &mut ServerSession, lines: &[&str]) -> (u16, String) {
    let mut last = (0, String::new());
    for line in lines {
        let (NextStep::Command(reply) | NextStep::Handshake(reply) | NextStep::Mail(reply)) =
            session.line(line);
        last = (reply.code, reply.lines.join("\n"));
    }
    last
}

#[track_caller]
fn check(rules: SmtpRules, lines: &[&str], code: u16) {
    let mut session = TestServer::new(rules).session();
    assert_eq!(say(&mut session, lines).0, code, "{lines:?}");
}

/// Sends one mail in a good session, and says what the server says to the dot.
fn deliver(mail: &[u8], parameters: &str) -> (u16, SeenMessage, Vec<ViolationKind>) {
    deliver_by(SmtpRules::default(), RawMail { bytes: mail.to_vec(), flaw: None }, parameters)
}

fn deliver_by(rules: SmtpRules, raw: RawMail, parameters: &str) -> (u16, SeenMessage, Vec<ViolationKind>) {
    let server = TestServer::new(rules);
    let mut session = server.session();
    let mail = format!("MAIL FROM:<alert@example.com>{parameters}");
    let lines = ["EHLO test", PLAIN, &mail, "RCPT TO:<ann@example.com>", "RCPT TO:<bob@example.com>", "DATA"];
    assert_eq!(say(&mut session, &lines).0, 354);
    let reply = session.take(&raw);
    let (violations, seen) = (server.violations(), server.messages().pop().unwrap());
    (reply.code, seen, violations)
}

/// The good mail with `from` replaced by `to`.
fn with(from: &str, to: &str) -> Vec<u8> {
    assert!(MAIL.contains(from));
    MAIL.replacen(from, to, 1).into_bytes()
}

#[test]
fn a_good_mail_is_read_as_a_person_reads_it() {
    let (code, seen, violations) = deliver(MAIL.as_bytes(), "");
    assert_eq!((code, violations), (250, vec![]));
    assert_eq!((seen.target.as_str(), seen.verdict), ("ops-mail", ProviderVerdict::Delivered));
    assert_eq!(
        (seen.shown.title.as_str(), seen.shown.text.as_str()),
        ("[严重] 1号冷库温度过高", "It is hot.")
    );
    assert_eq!(seen.shown.recipients, ["ann@example.com", "bob@example.com"]);
    assert_eq!(seen.shown.id.as_deref(), Some("<1@example.com>"));
    let mail = seen.shown.mail.unwrap();
    assert_eq!(
        (mail.sender.as_str(), mail.header("auto-submitted")),
        ("alert@example.com", Some("auto-generated"))
    );
}

#[test]
fn logins_are_checked_by_every_mechanism() {
    let login = |user, password| ["EHLO test", "AUTH LOGIN", user, password];
    check(SmtpRules::default(), &["EHLO test", PLAIN], 235);
    check(SmtpRules::default(), &login("YWxlcnRAZXhhbXBsZS5jb20=", "czNjcmV0"), 235);
    check(SmtpRules::default(), &login("YWxlcnRAZXhhbXBsZS5jb20=", "d3Jvbmc="), 535);
    check(SmtpRules::default(), &["EHLO test", "AUTH PLAIN", "AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA=="], 235);
    check(SmtpRules::default(), &["EHLO test", "AUTH PLAIN", "not base64"], 501);
    check(SmtpRules::default(), &["EHLO test", "AUTH LOGIN", "*"], 501);
    check(SmtpRules::default(), &["EHLO test", "AUTH CRAM-MD5"], 504);
    check(SmtpRules::default(), &[PLAIN], 503);
}

#[test]
fn a_bearer_token_is_refused_in_two_steps() {
    let capabilities = [SmtpCapability::AuthXOAuth2].into();
    let rules = SmtpRules { capabilities, ..SmtpRules::default() };
    let wrong = "AUTH XOAUTH2 dXNlcj1hbGVydEBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnRva2VuAQE=";
    check(rules.clone(), &["EHLO test", wrong], 334);
    check(rules.clone(), &["EHLO test", wrong, ""], 535);
    // user=alert@example.com, auth=Bearer s3cret
    let right = "AUTH XOAUTH2 dXNlcj1hbGVydEBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciBzM2NyZXQBAQ==";
    check(rules, &["EHLO test", right], 235);
}

#[test]
fn the_third_wrong_password_ends_the_connection() {
    let wrong = "AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHdyb25n";
    check(SmtpRules::default(), &["EHLO test", wrong, wrong], 535);
    check(SmtpRules::default(), &["EHLO test", wrong, wrong, wrong], 421);
}

#[test]
fn a_password_in_clear_is_refused_where_that_is_the_rule() {
    let rules = SmtpRules { clear_auth: ClearAuth::Refused, ..SmtpRules::default() };
    check(rules.clone(), &["EHLO test", PLAIN], 538);
    assert!(!say(&mut TestServer::new(rules).session(), &["EHLO test"]).1.contains("AUTH"));
    assert!(
        say(&mut TestServer::new(SmtpRules::default()).session(), &["EHLO test"])
            .1
            .contains("AUTH PLAIN LOGIN")
    );
}

#[test]
fn nobody_sends_without_a_login_or_under_another_name() {
    check(SmtpRules::default(), &["EHLO test", "MAIL FROM:<alert@example.com>"], 530);
    check(SmtpRules::default(), &["EHLO test", PLAIN, "MAIL FROM:<other@example.com>"], 553);
    check(SmtpRules::default(), &["EHLO test", PLAIN, "MAIL FROM:<alert@example.com>"], 250);
}

#[test]
fn an_open_relay_takes_mail_of_its_own_sender_without_a_login() {
    let server = TestServer::new(SmtpRules::default());
    server.add("relay", &[("from", "relay@example.com")]);
    let mut session = server.session();
    assert_eq!(say(&mut session, &["EHLO test", "MAIL FROM:<relay@example.com>"]).0, 250);
}

#[test]
fn commands_have_their_order_and_their_form() {
    let good = ["EHLO test", PLAIN, "MAIL FROM:<alert@example.com>"];
    let then = |line: &'static str, code| check(SmtpRules::default(), &[&good[..], &[line]].concat(), code);
    then("DATA", 554);
    then("MAIL FROM:<alert@example.com>", 503);
    then("RCPT TO: <ann@example.com>", 501);
    then("RCPT TO:ann@example.com", 501);
    then("RCPT TO:<ann>", 501);
    then("RCPT TO:<ann@example.com>", 250);
    then("rcpt to:<ann@example.com>", 250);
    then("RSET", 250);
    then("NOOP", 250);
    then("QUIT", 221);
    then("VRFY ann", 500);
    check(SmtpRules::default(), &["MAIL FROM:<alert@example.com>"], 503);
    check(SmtpRules::default(), &["EHLO test", PLAIN, "RCPT TO:<ann@example.com>"], 503);
    check(SmtpRules::default(), &["EHLO test", "STARTTLS"], 502);
    check(SmtpRules::default(), &["EHLO"], 501);
}

#[test]
fn extensions_must_be_on_offer() {
    let mail = |parameters: &str| format!("MAIL FROM:<alert@example.com>{parameters}");
    let offered = |parameters: &str, code| {
        check(SmtpRules::default(), &["EHLO test", PLAIN, &mail(parameters)], code);
    };
    offered(" SIZE=100 BODY=8BITMIME SMTPUTF8", 250);
    offered(" SIZE=99999999", 552);
    offered(" RET=HDRS", 555);
    let bare = SmtpRules { capabilities: [SmtpCapability::AuthPlain].into(), ..SmtpRules::default() };
    for parameter in [" SIZE=100", " BODY=8BITMIME", " SMTPUTF8"] {
        check(bare.clone(), &["EHLO test", PLAIN, &mail(parameter)], 555);
    }
    check(SmtpRules::default(), &["EHLO test", PLAIN, &mail(""), "RCPT TO:<安@example.com>"], 553);
    check(SmtpRules::default(), &["EHLO test", PLAIN, &mail(" SMTPUTF8"), "RCPT TO:<安@example.com>"], 250);
}

#[test]
fn a_reply_is_in_the_words_of_a_mail_server() {
    let mut session = TestServer::new(SmtpRules::default()).session();
    assert_eq!(say(&mut session, &["TURN"]), (500, "5.5.2 Command not recognised".to_owned()));
    let long = RawMail { bytes: MAIL.as_bytes().to_vec(), flaw: Some(WireFlaw::LongLine) };
    let (_, seen, _) = deliver_by(SmtpRules::default(), long, "");
    let ProviderVerdict::Refused { words, .. } = seen.verdict else { panic!() };
    assert_eq!(words, "5.6.0 Line longer than 998 octets");
}

#[test]
fn header_fields_come_exactly_once() {
    for (from, to) in [
        ("From: alert@example.com\r\n", ""),
        ("Message-ID: <1@example.com>\r\n", ""),
        ("Date: Sun, 08 Mar 2026 12:00:00 +0000\r\n", ""),
        ("Message-ID: <1@example.com>\r\n", "Message-ID: <1@example.com>\r\nMessage-ID: <2@example.com>\r\n"),
        ("To: ann@example.com\r\n", "To: ann@example.com\r\nTo: bob@example.com\r\n"),
        ("To:", "Reply-To: a@example.com\r\nReply-To: b@example.com\r\nTo:"),
        ("To:", "In-Reply-To: <1@example.com>\r\nIn-Reply-To: <2@example.com>\r\nTo:"),
        ("To:", "References: <1@example.com>\r\nReferences: <2@example.com>\r\nTo:"),
    ] {
        let (code, seen, _) = deliver(&with(from, to), "");
        assert_eq!(code, 550, "{from} -> {to}");
        assert!(matches!(seen.verdict, ProviderVerdict::Refused { code: 550, .. }));
    }
    assert_eq!(
        deliver(&with("To: ann@example.com\r\n", "To: ann@example.com\r\nnot a header\r\n"), "").0,
        554
    );
}

#[test]
fn eight_bits_must_be_announced() {
    let body = with("It is hot.", "太热了");
    assert_eq!(deliver(&body, "").0, 554);
    assert_eq!(deliver(&body, " BODY=8BITMIME").0, 250);
    let header = with("To: ann@example.com", "To: 安 <ann@example.com>");
    assert_eq!(deliver(&header, " BODY=8BITMIME").0, 554);
    assert_eq!(deliver(&header, " SMTPUTF8").0, 250);
}

#[test]
fn a_header_that_tells_blind_copies_is_a_violation() {
    let (code, _, violations) = deliver(&with("To:", "Bcc: boss@example.com\r\nTo:"), "");
    assert_eq!((code, violations), (250, vec![ViolationKind::MailForm]));
}

#[test]
fn text_stands_before_html() {
    let multipart = |first: &str, second: &str| {
        let part = |subtype: &str| format!("--x\r\nContent-Type: text/{subtype}\r\n\r\nhot\r\n");
        let body = format!("{}{}--x--\r\n", part(first), part(second));
        let head = "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n";
        deliver(&with("\r\n\r\nIt is hot.\r\n", &format!("\r\n{head}{body}")), "")
    };
    let (code, seen, violations) = multipart("plain", "html");
    assert_eq!((code, violations), (250, vec![]));
    assert_eq!(seen.shown.mail.unwrap().html.as_deref(), Some("hot"));
    assert_eq!(multipart("html", "plain").2, [ViolationKind::MailForm]);
}

#[test]
fn a_mail_that_is_damaged_or_too_large_is_refused() {
    let check = |flaw, expected| {
        let raw = RawMail { bytes: MAIL.as_bytes().to_vec(), flaw: Some(flaw) };
        assert_eq!(deliver_by(SmtpRules::default(), raw, "").0, expected);
    };
    check(WireFlaw::BareLineEnd, 554);
    check(WireFlaw::LongLine, 554);
    check(WireFlaw::TooLarge, 552);
}

#[test]
fn a_connection_carries_only_so_many_mails() {
    let rules = SmtpRules { mails_per_connection: Some(1), ..SmtpRules::default() };
    let mut session = TestServer::new(rules).session();
    let mail = ["MAIL FROM:<alert@example.com>", "RCPT TO:<ann@example.com>", "DATA"];
    say(&mut session, &["EHLO test", PLAIN]);
    assert_eq!(say(&mut session, &mail).0, 354);
    session.take(&RawMail { bytes: MAIL.as_bytes().to_vec(), flaw: None });
    assert_eq!(say(&mut session, &mail[..1]).0, 421);
}

#[test]
fn an_address_takes_only_so_many_mails_an_hour() {
    let rules = SmtpRules { mails_per_recipient_and_hour: Some(1), ..SmtpRules::default() };
    let start = ["EHLO test", PLAIN, "MAIL FROM:<alert@example.com>", "RCPT TO:<ann@example.com>"];
    check(rules.clone(), &start, 250);
    check(rules.clone(), &[&start[..], &["RCPT TO:<ann@example.com>"]].concat(), 450);
    check(rules, &[&start[..], &["RCPT TO:<bob@example.com>"]].concat(), 250);
}

#[test]
fn channels_of_one_login_are_told_apart_by_whom_they_write_to() {
    let server = TestServer::new(SmtpRules::default());
    server.add("boss-mail", &[&LOGIN[..], &[("to", "boss@example.com")]].concat());
    let mut session = server.session();
    let lines = ["EHLO test", PLAIN, "MAIL FROM:<alert@example.com>", "RCPT TO:<boss@example.com>", "DATA"];
    say(&mut session, &lines);
    session.take(&RawMail { bytes: MAIL.as_bytes().to_vec(), flaw: None });
    assert_eq!(server.messages()[0].target, "boss-mail");
}
