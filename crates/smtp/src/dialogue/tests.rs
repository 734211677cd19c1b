use fanfare_core::Secret;
use fanfare_sources::{Format, SourceSettings, UnreadableRule};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::access::{MailAccess, MailCredential};

const LOOPBACK: &str = "127.0.0.1";
const FAR: &str = "192.168.1.9";

fn source(name: &str, access: MailAccess, from: &[&str]) -> SmtpSource {
    SmtpSource {
        settings: SourceSettings::new(name),
        format: Format::tkl(),
        unreadable: UnreadableRule::Alert,
        heartbeats: Vec::new(),
        from: from.iter().map(|it| it.parse().unwrap()).collect(),
        access,
        rate: None,
        max_body: 1024,
        recipients: vec![
            format!("{name}@fanfare.local").parse().unwrap(),
            format!("{name}2@fanfare.local").parse().unwrap(),
        ],
    }
}

fn table() -> RecipientTable {
    let token = MailCredential::token(&Secret::new("the-token"));
    let basic = MailCredential::basic("tim", &Secret::new("tanstaaftanstaaf"));
    RecipientTable::new(vec![
        source("open", MailAccess::Anyone, &[]),
        source("plant", MailAccess::Anyone, &["10.0.0.0/8"]),
        source("closed", MailAccess::AnyOf(vec![token]), &[]),
        source("basic", MailAccess::AnyOf(vec![basic]), &[]),
    ])
}

fn dialogue(peer: &str, tls: MailTls) -> Dialogue {
    Dialogue::new(peer.parse().unwrap(), LoginRule::Protected, 1000, tls)
}

fn say(dialogue: &mut Dialogue, line: &str) -> DialogueTurn {
    dialogue.line(InputLine::Whole(line.as_bytes().to_vec()), &table())
}

/// The codes that these lines are answered with.
#[track_caller]
fn check(peer: &str, lines: &[(&str, u16)]) {
    let mut dialogue = dialogue(peer, MailTls::Unavailable);
    for (line, code) in lines {
        assert_eq!(say(&mut dialogue, line).reply.code, *code, "{line}");
    }
}

#[test]
fn a_mail_goes_its_way() {
    check(
        LOOPBACK,
        &[
            ("EHLO ups", 250),
            ("MAIL FROM:<ups@plant.example> SIZE=999", 250),
            ("RCPT TO:<open@fanfare.local>", 250),
            ("RCPT TO:<OPEN2@fanfare.local>", 250),
            ("DATA", 354),
            ("QUIT", 221),
        ],
    );
}

#[test]
fn nothing_is_sent_on() {
    check(
        LOOPBACK,
        &[
            ("HELO ups", 250),
            ("MAIL FROM:<ups@plant.example>", 250),
            ("RCPT TO:<boss@gmail.example>", 550),
            ("RCPT TO:<open%gmail.example@fanfare.local>", 550),
            ("RCPT TO:<postmaster@fanfare.local>", 550),
            ("DATA", 554),
        ],
    );
}

#[test]
fn commands_keep_their_order() {
    check(
        LOOPBACK,
        &[
            ("MAIL FROM:<a@b.example>", 503),
            ("EHLO ups", 250),
            ("RCPT TO:<open@fanfare.local>", 503),
            ("DATA", 503),
            ("MAIL FROM:<a@b.example>", 250),
            ("MAIL FROM:<a@b.example>", 503),
            ("RSET", 250),
            ("RCPT TO:<open@fanfare.local>", 503),
            ("MAIL FROM:<a@b.example> SIZE=1001", 552),
            ("NOOP", 250),
            ("VRFY open", 252),
            ("HELP", 214),
            ("STARTTLS", 502),
            ("WHAT", 500),
        ],
    );
}

#[test]
fn a_source_is_mailed_to_from_its_networks_and_with_its_login() {
    check(
        LOOPBACK,
        &[
            ("EHLO ups", 250),
            ("MAIL FROM:<>", 250),
            ("RCPT TO:<plant@fanfare.local>", 550),
            ("RCPT TO:<closed@fanfare.local>", 530),
            ("RSET", 250),
            ("AUTH PLAIN AHRpbQB3cm9uZw==", 535), // tim, wrong
            ("AUTH LOGIN", 334),
            ("dGlt", 334),
            ("dGFuc3RhYWZ0YW5zdGFhZg==", 235),
            ("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm", 503),
            ("MAIL FROM:<>", 250),
            ("RCPT TO:<basic@fanfare.local>", 250),
            ("RCPT TO:<closed@fanfare.local>", 550),
            ("RCPT TO:<open@fanfare.local>", 250),
        ],
    );
    check("10.1.2.3", &[("EHLO ups", 250), ("MAIL FROM:<>", 250), ("RCPT TO:<plant@fanfare.local>", 250)]);
    check(
        "::ffff:10.1.2.3",
        &[("EHLO ups", 250), ("MAIL FROM:<>", 250), ("RCPT TO:<plant@fanfare.local>", 250)],
    );
}

/// The login `\0anybody\0the-token` in base64.
const TOKEN: &str = "AUTH PLAIN AGFueWJvZHkAdGhlLXRva2Vu";

#[test]
fn a_token_is_the_password_of_anybody() {
    check(
        LOOPBACK,
        &[("EHLO ups", 250), (TOKEN, 235), ("MAIL FROM:<>", 250), ("RCPT TO:<closed@fanfare.local>", 250)],
    );
}

#[test]
fn no_password_crosses_the_network_in_clear_text() {
    let mut far = dialogue(FAR, MailTls::Offered);
    let offered = String::from_utf8(say(&mut far, "EHLO ups").reply.to_bytes()).unwrap();
    assert!(offered.contains("250-STARTTLS\r\n") && !offered.contains("AUTH"), "{offered}");
    assert_eq!(say(&mut far, TOKEN).reply.code, 538);
    assert!(matches!(say(&mut far, "STARTTLS").next, AfterReply::StartTls));
    far.begin_tls();
    assert_eq!(say(&mut far, "MAIL FROM:<>").reply.code, 503, "what was said before does not count");
    let offered = String::from_utf8(say(&mut far, "EHLO ups").reply.to_bytes()).unwrap();
    assert!(!offered.contains("STARTTLS") && offered.contains("250-AUTH PLAIN LOGIN\r\n"), "{offered}");
    assert!(offered.contains("250-SIZE 1000\r\n") && offered.ends_with("250 HELP\r\n"), "{offered}");
    assert_eq!(say(&mut far, TOKEN).reply.code, 235);
}

#[test]
fn a_mail_to_two_addresses_of_a_source_is_one() {
    let mut dialogue = dialogue(LOOPBACK, MailTls::Unavailable);
    for line in ["EHLO a", "MAIL FROM:<>", "RCPT TO:<open@fanfare.local>", "RCPT TO:<open2@fanfare.local>"] {
        say(&mut dialogue, line);
    }
    let AfterReply::Mail(mail) = say(&mut dialogue, "DATA").next else { panic!() };
    assert_eq!(mail.sources.len(), 1);
}

#[test]
fn recipients_and_fruitless_commands_are_bounded() {
    let mut many = dialogue(LOOPBACK, MailTls::Unavailable);
    say(&mut many, "EHLO a");
    say(&mut many, "MAIL FROM:<>");
    for _ in 0..100 {
        assert_eq!(say(&mut many, "RCPT TO:<open@fanfare.local>").reply.code, 250);
    }
    assert_eq!(say(&mut many, "RCPT TO:<open@fanfare.local>").reply.code, 452);
    assert_eq!(say(&mut many, "DATA").reply.code, 354);

    let mut idle = dialogue(LOOPBACK, MailTls::Unavailable);
    let codes: Vec<u16> = (0..21).map(|_| say(&mut idle, "NOOP").reply.code).collect();
    assert_eq!((codes[19], codes[20]), (250, 421));

    let mut guesser = dialogue(LOOPBACK, MailTls::Unavailable);
    say(&mut guesser, "EHLO a");
    let codes: Vec<u16> = (0..3).map(|_| say(&mut guesser, "AUTH PLAIN AGEAYg==").reply.code).collect();
    assert_eq!(codes, [535, 535, 421]);
}

#[test]
fn a_browser_is_hung_up_on_at_once() {
    let turn = say(&mut dialogue(LOOPBACK, MailTls::Unavailable), "POST / HTTP/1.1");
    assert!(matches!(turn.next, AfterReply::Close), "{turn:?}");
}

#[test]
fn a_line_that_is_none_is_answered() {
    let mut dialogue = dialogue(LOOPBACK, MailTls::Unavailable);
    for line in [InputLine::TooLong, InputLine::BareNewline] {
        assert_eq!(dialogue.line(line, &table()).reply.code, 500);
    }
    let long = format!("NOOP {}", "x".repeat(510));
    assert_eq!(say(&mut dialogue, &long).reply.code, 500);
}

proptest! {
    #[test]
    fn any_lines_are_answered_and_nobody_gets_in(lines in vec(
        prop_oneof![
            "[A-Z]{4} ?[ -~]{0,20}",
            Just("EHLO a".to_owned()), Just("MAIL FROM:<>".to_owned()), Just("AUTH LOGIN".to_owned()),
            Just("RCPT TO:<closed@fanfare.local>".to_owned()), Just("DATA".to_owned()), Just("RSET".to_owned()),
        ], 0..30)
    ) {
        let mut dialogue = dialogue(LOOPBACK, MailTls::Unavailable);
        for line in lines {
            let turn = say(&mut dialogue, &line);
            prop_assert!((200..600).contains(&turn.reply.code));
            prop_assert!(!matches!(turn.next, AfterReply::Mail(_)), "{}", line);
        }
    }
}
