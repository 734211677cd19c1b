//! Servers and their replies: codes alone, words in other encodings, lines of every kind.

use super::*;

/// `code` in every form that a server may give it.
fn forms(code: &str) -> Vec<&'static [u8]> {
    // "邮箱" in GBK, and bytes that are no text in any encoding.
    let (gbk, garbage) = (b"\xd3\xca\xcf\xe4", b"\xff\xfe\x80\xff");
    let code = code.as_bytes();
    let texts: [&[&[u8]]; 14] = [
        &[code, b"\r\n"],
        &[code, b" \r\n"],
        &[code, b"\n"],
        &[code, b" words\n"],
        &[code, b"\twords\r\n"],
        &[code, b" words\r\r\n"],
        &[code, b" ", gbk, b"\r\n"],
        &[code, b" ", garbage, b"\r\n"],
        &[code, b" \0\x07\r\n"],
        &[code, b"-one\r\n", code, b"-", gbk, b"\r\n", code, b" two\r\n"],
        &[code, b"-\r\n", code, b"\r\n"],
        &[code, b"-one\r\nwithout a code\r\n", code, b" two\n"],
        &[b"\r\n", code, b" after an empty line\r\n"],
        &[code, b" ", &[b'x'; 9_000], b"\r\n"],
    ];
    texts.iter().map(|parts| &*parts.concat().leak()).collect()
}

/// The same of a banner of legal notices.
fn long_banner() -> &'static [u8] {
    let line = "220-Unauthorised access is prohibited. \u{7981}\u{6b62}\r\n";
    format!("{}220 ready\r\n", line.repeat(200)).into_bytes().leak()
}

/// A channel without a login.
fn open_email(fake: &ScriptedServer) -> Email {
    email(fake, |config| {
        config["smtp"].as_object_mut().unwrap().retain(|name, _| name != "username" && name != "password");
    })
}

#[tokio::test]
async fn a_yes_in_any_form_is_a_yes_and_the_mail_is_sent_once() {
    let stages =
        [("", "220"), ("EHLO", "250"), ("MAIL", "250"), ("RCPT", "250"), ("DATA", "354"), (".", "250")];
    for (said, code) in stages {
        let banner = said.is_empty().then(long_banner);
        for form in forms(code).into_iter().chain(banner) {
            let fake = ScriptedServer::start(when(said, ScriptedAnswer::Raw(form))).await;
            let email = open_email(&fake);
            for _ in 0..2 {
                let receipt = notify(&email).await;
                assert!(receipt.is_ok(), "{said}: {}: {receipt:?}", form.escape_ascii());
            }
            assert_eq!(fake.mails().len(), 2, "{said}: {}", form.escape_ascii());
        }
    }
}

#[tokio::test]
async fn a_login_accepted_in_any_form_is_accepted() {
    for form in forms("235") {
        let fake = ScriptedServer::start(when("AUTH", ScriptedAnswer::Raw(form))).await;
        notify(&email(&fake, |_| {})).await.unwrap();
    }
}

#[tokio::test]
async fn a_no_in_any_form_is_the_same_no() {
    let stages = [
        ("", "554", "transient"),
        ("AUTH", "535", "misconfigured"),
        ("AUTH", "550", "misconfigured"),
        ("AUTH", "454", "throttled"),
        ("MAIL", "553", "misconfigured"),
        ("MAIL", "451", "transient"),
        ("RCPT", "550", "misconfigured"),
        ("RCPT", "450", "transient"),
        ("DATA", "451", "transient"),
        ("DATA", "554", "unsendable"),
        (".", "451", "transient"),
        (".", "554", "unsendable"),
    ];
    for (said, code, word) in stages {
        for form in forms(code) {
            let err = outcome_when(said, ScriptedAnswer::Raw(form)).await.unwrap_err();
            assert_eq!(err.word(), word, "{said}: {}: {err}", form.escape_ascii());
            assert!(err.to_string().contains(code), "{err}");
        }
    }
}

#[tokio::test]
async fn a_recipient_refused_in_any_form_does_not_keep_the_mail_from_the_others() {
    for code in ["550", "450", "552", "421"] {
        for form in forms(code) {
            let fake = ScriptedServer::start(when("RCPT TO:<b@", ScriptedAnswer::Raw(form))).await;
            let receipt = notify(&email(&fake, |_| {})).await.unwrap();
            assert_eq!(receipt.refused.len() + receipt.deferred.len(), 1, "{}", form.escape_ascii());
            assert_eq!(receipt.refused.len(), usize::from(code == "550"), "{}", form.escape_ascii());
            assert_eq!(fake.mails()[0].to, ["a@example.com", "c@example.com"]);
        }
    }
}

#[tokio::test]
async fn what_was_said_with_2xx_after_the_mail_is_accepted_however_it_goes_on() {
    use ScriptedAnswer::{Raw, RawAndHangUp};
    let answers = [
        Raw(b"250 without the end of a line"),
        Raw(b"250"),
        Raw(b"250-there is more, and it never comes\r\n"),
        RawAndHangUp(b"250 hung up in the middle of a wor"),
        RawAndHangUp(b"250-"),
        RawAndHangUp(b"250"),
        RawAndHangUp(b"250 ok\r\n"),
        RawAndHangUp(b"250-ok\r\n421 and goodbye\r\n"),
        Raw(b"250-ok\r\n550 or not?\r\n"),
        Raw(b"250 ok\r\n250 ok\r\n250 ok\r\n"),
        Raw(b"* some filter's chatter\r\n250 ok\r\n"),
        Raw(b"299 an unheard-of code\r\n"),
        Raw(b"250ok\r\n"),
        Raw([&b"250-"[..], &[b'x'; 100_000]].concat().leak()),
    ];
    for answer in answers {
        let fake = ScriptedServer::start(when(".", answer)).await;
        let email = email(&fake, |_| {});
        let receipt = notify(&email).await;
        assert!(receipt.is_ok(), "{answer:?}: {receipt:?}");
        assert_eq!(fake.mails().len(), 1, "{answer:?}");
        // Nor does the rest of it count as an answer to the next mail.
        notify(&email).await.unwrap();
        assert_eq!(fake.mails().len(), 2, "{answer:?}");
    }
}

#[tokio::test]
async fn words_that_are_no_code_are_no_yes() {
    use ScriptedAnswer::{Raw, RawAndHangUp};
    for answer in [
        Raw(b"2500 ok\r\n"),
        Raw(b"ok\r\n"),
        Raw(b"25"),
        RawAndHangUp(b"25"),
        Raw(b"050 ok\r\n"),
        Raw(b"\r\n"),
    ] {
        check(outcome_when(".", answer).await, "unanswered", "end of mail");
    }
    // Nor is a number of four digits a code.
    check(outcome_when("RCPT", Raw(b"2500 ok\r\n")).await, "transient", "not SMTP: `2500 ok`");
    check(outcome_when("RCPT", Raw(b"ok\r\n")).await, "transient", "the answer is not SMTP: `ok`");
}

#[tokio::test]
async fn a_server_that_knows_helo_alone_gets_its_mail() {
    use ScriptedAnswer::{HangUp, Raw, Say};
    for answer in [
        Say("502 command not implemented"),
        Say("500"),
        Say("504 ?"),
        Raw(b"550 \xc3\xbb\xd3\xd0\r\n"),
        HangUp,
    ] {
        let fake = ScriptedServer::start(when("EHLO", answer)).await;
        notify(&open_email(&fake)).await.unwrap();
        assert!(fake.lines().iter().any(|line| line.starts_with("HELO ")), "{:?}", fake.lines());
        assert_eq!(fake.mails().len(), 1);
    }
    // Not one that is going down.
    let fake = ScriptedServer::start(when("EHLO", Say("421 4.3.2 going down"))).await;
    check(notify(&open_email(&fake)).await, "transient", "421 4.3.2 going down");
    assert!(!fake.lines().iter().any(|line| line.starts_with("HELO")));
}

#[tokio::test]
async fn words_are_read_in_the_encoding_that_they_are_in() {
    // "信箱不存在" (no such mailbox) in GBK, by Python.
    let refusal = b"550 \xd0\xc5\xcf\xe4\xb2\xbb\xb4\xe6\xd4\xda\r\n";
    check(
        outcome_when("RCPT", ScriptedAnswer::Raw(refusal)).await,
        "misconfigured",
        "550 \u{4fe1}\u{7bb1}\u{4e0d}\u{5b58}\u{5728}",
    );
    let refusal = "550 \u{4fe1}\u{7bb1}\r\n".as_bytes();
    check(outcome_when("RCPT", ScriptedAnswer::Raw(refusal)).await, "misconfigured", "550 \u{4fe1}\u{7bb1}");
}

#[tokio::test]
async fn a_mail_that_the_server_is_too_small_for_is_not_sent() {
    let fake = ScriptedServer::start(when("EHLO", ScriptedAnswer::Say("250-fake\r\n250 SIZE 100"))).await;
    check(notify(&open_email(&fake)).await, "unsendable", "the server takes 100 (SIZE)");
    assert_eq!(fake.said("DATA"), 0);
    let fake = ScriptedServer::start(when("EHLO", ScriptedAnswer::Say("250-fake\r\n250 SIZE 0"))).await;
    notify(&open_email(&fake)).await.unwrap();
}

#[tokio::test]
async fn a_refusal_before_the_end_of_a_mail_is_read() {
    let refuse = when("DATA", ScriptedAnswer::SayAndHangUp("354 go\r\n552 5.3.4 too large"));
    let fake = ScriptedServer::start(refuse).await;
    let err = notify(&email(&fake, |_| {})).await.unwrap_err();
    assert!(matches!(err.word(), "unsendable" | "transient"), "it never had the mail: {err}");
}

#[tokio::test]
async fn a_refusal_tells_what_mends_it_and_nothing_else() {
    use ScriptedAnswer::Say;
    let (login, encryption, name, sender) =
        ("set `smtp.username` and `smtp.password`", "set `smtp.tls` to starttls", "`smtp.hello`", "`from`");
    let (list, relay, rules) = ("mend the channel's `to`", "passes no mail on", "the server's rules");
    let all = [login, encryption, name, sender, list, relay, rules];
    for (said, answer, remedies) in [
        ("MAIL", "530 5.7.0 Authentication required", &[login][..]),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first", &[encryption]),
        ("MAIL", "553 5.7.1 not owned by user", &[sender]),
        ("MAIL", "451 4.3.0 later", &[]),
        ("MAIL", "421 4.3.2 going down", &[]),
        ("MAIL", "550 Connection frequency limited", &[]),
        ("RCPT", "530 5.7.0 Authentication required", &[login]),
        ("RCPT", "530 must issue a STARTTLS command first", &[encryption]),
        ("RCPT", "554 5.7.1 <x@example.org>: Relay access denied", &[relay]),
        ("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", &[relay]),
        ("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", &[relay]),
        ("RCPT", "554 5.7.1 rejected by policy", &[rules]),
        ("RCPT", "554 no", &[rules]),
        ("RCPT", "550 5.7.1 not for you", &[rules]),
        ("RCPT", "504 5.5.2 <host>: Helo command rejected: need fully-qualified hostname", &[name]),
        ("RCPT", "450 4.7.1 <host>: Helo command rejected: Host not found", &[name]),
        ("RCPT", "504 5.5.2 need fully-qualified address", &[name, sender]),
        ("RCPT", "553 5.7.1 <x@example.com>: Sender address rejected: not owned by user", &[sender]),
        ("RCPT", "550 5.1.1 no such user", &[list]),
        ("RCPT", "554 5.1.1 no such user", &[list]),
        ("RCPT", "550 no such user", &[list]),
        ("RCPT", "450 4.2.0 greylisted", &[]),
        (".", "530 5.7.0 Authentication required", &[login]),
        (".", "554 5.7.1 spam", &[]),
    ] {
        let err = outcome_when(said, Say(answer)).await.unwrap_err().to_string();
        let told: Vec<_> = all.iter().filter(|remedy| err.contains(**remedy)).collect();
        // The relay's and the full name's sentences name other settings, too.
        if remedies == [relay] {
            assert!(told.contains(&&relay) && !told.contains(&&list), "{answer}: {err}");
        } else {
            assert_eq!(told, remedies.iter().collect::<Vec<_>>(), "{answer}: {err}");
        }
    }
    let refuse = when("RCPT TO:<b@", Say("554 5.7.1 Relay access denied"));
    let fake = ScriptedServer::start(refuse).await;
    let receipt = notify(&email(&fake, |_| {})).await.unwrap();
    assert!(receipt.refused[0].reason.contains(relay), "{receipt:?}");
}

#[tokio::test]
async fn a_name_that_the_server_does_not_take_is_named() {
    let script = |cue: ClientLine<'_>| match cue.line.split(' ').next() {
        Some("EHLO" | "HELO") => ScriptedAnswer::Say("550 5.7.1 no such host"),
        Some(_) | None => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    check(notify(&email(&fake, |_| {})).await, "misconfigured", "HELO: 550 5.7.1 no such host");
    check(notify(&email(&fake, |_| {})).await, "misconfigured", "set `smtp.hello` to its full name");
}

#[tokio::test]
async fn a_yes_after_a_blank_is_a_yes_and_a_no_is_a_no() {
    for yes in [&b" 250 queued\r\n"[..], b"   250-one\r\n 250 two\r\n", b"\t250\r\n"] {
        let fake = ScriptedServer::start(when(".", ScriptedAnswer::Raw(yes))).await;
        let email = email(&fake, |_| {});
        assert!(notify(&email).await.unwrap().words.starts_with("250"));
        notify(&email).await.unwrap();
        assert_eq!((fake.connections(), fake.mails().len()), (1, 2), "{}", yes.escape_ascii());
    }
    check(outcome_when(".", ScriptedAnswer::Raw(b" 554 spam\r\n")).await, "unsendable", "554 spam");
}
