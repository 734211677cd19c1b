use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare_core::{Locale, Severity, Why};
use fanfare_testkit::{attempt, digest, notification, shown_of};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::*;
use crate::scripted_server::{ClientLine, Encryption, ScriptedAnswer, ScriptedServer, certified};

mod logins;
mod recipients;
mod replies;

const PASSWORD: &str = "s3cret";

/// Short, since a silent server is waited for on the wall clock.
const TIMEOUT: Duration = Duration::from_millis(800);

/// Of which an eighth is left for a handshake with who has said nothing, on a busy machine too.
const LONG_TIMEOUT: Duration = Duration::from_secs(4);

/// A channel to three recipients, through `fake`.
fn email(fake: &ScriptedServer, change: impl FnOnce(&mut Value)) -> Email {
    email_with_timeout(fake, TIMEOUT, change)
}

fn email_with_timeout(fake: &ScriptedServer, timeout: Duration, change: impl FnOnce(&mut Value)) -> Email {
    let mut config = json!({
        "smtp": {
            "host": "127.0.0.1", "port": fake.address.port(), "tls": "none",
            "username": "alert@example.com", "password": PASSWORD,
        },
        "from": "Fanfare <alert@example.com>",
        "to": ["a@example.com", "b@example.com", "c@example.com"],
    });
    change(&mut config);
    let context = Context { name: "ops-mail".into(), locale: Locale::default(), timeout };
    Email::build(serde_json::from_value(config).unwrap(), context).unwrap()
}

async fn notify(email: &Email) -> Result<Receipt, SendError> {
    email.notify(&notification(Severity::High, Why::Started), &attempt()).await
}

/// The answer to `said` is `answer`; everything else is answered as usual.
fn when(
    said: &'static str,
    answer: ScriptedAnswer,
) -> impl Fn(ClientLine<'_>) -> ScriptedAnswer + Send + Sync + 'static {
    move |cue| {
        if cue.line.starts_with(said) && (cue.line.is_empty() == said.is_empty()) {
            answer
        } else {
            ScriptedAnswer::Usual
        }
    }
}

/// The outcome of an attempt when the answer to `said` is `answer`.
async fn outcome_when(said: &'static str, answer: ScriptedAnswer) -> Result<Receipt, SendError> {
    let fake = ScriptedServer::start(when(said, answer)).await;
    let outcome = notify(&email(&fake, |_| {})).await;
    let text = format!("{outcome:?}");
    assert!(!text.contains(PASSWORD) && !text.contains("czNjcmV0") && !text.contains("AHMzY3JldA"), "{text}");
    outcome
}

#[track_caller]
fn check(outcome: Result<Receipt, SendError>, word: &str, words: &str) {
    let err = outcome.unwrap_err();
    assert_eq!(err.word(), word, "{err}");
    assert!(err.to_string().contains(words), "{err}");
}

#[tokio::test]
async fn one_mail_reaches_everyone_and_the_receipt_holds_the_servers_words() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let receipt = notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!(receipt.words, "250 2.0.0 Ok: queued as 4711");
    assert_eq!((receipt.refused, receipt.deferred), (vec![], vec![]));
    let [mail] = &fake.mails()[..] else { panic!("one mail") };
    assert_eq!(mail.from, "alert@example.com");
    assert_eq!(mail.to, ["a@example.com", "b@example.com", "c@example.com"]);
}

#[tokio::test]
async fn a_digest_is_one_mail_that_shows_every_alert() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |_| {});
    for number in [2, 1000] {
        let many = digest(number);
        let told = many.first(email.capacity(&many));
        assert!(told.notifications().len() >= 2);
        let receipt = email.digest(&told, &attempt()).await.unwrap();
        assert_eq!(receipt.words, "250 2.0.0 Ok: queued as 4711");
        let mail = fake.mails().pop().unwrap();
        let data = mail.data.replace("=\r\n", "");
        assert!(told.notifications().iter().flat_map(|it| shown_of(it)).all(|text| data.contains(&text)));
    }
    assert_eq!(fake.mails().len(), 2);
}

#[tokio::test]
async fn a_digest_goes_on_to_those_who_are_still_owed_it() {
    let fake = ScriptedServer::start(when("RCPT TO:<b@", ScriptedAnswer::Say("451 4.3.0 later"))).await;
    let email = email(&fake, |_| {});
    let receipt = email.digest(&digest(2), &attempt()).await.unwrap();
    let owed: Vec<_> = receipt.deferred.into_iter().map(|it| it.recipient).collect();
    assert_eq!(owed, ["b@example.com"]);
    let again = Attempt { ordinal: 2, only: Some(owed), ..attempt() };
    let err = email.digest(&digest(2), &again).await.unwrap_err();
    assert_eq!(err.word(), "transient");
    assert!(!err.to_string().contains("b@example.com"), "{err}");
}

#[tokio::test]
async fn a_digest_that_fails_shows_no_password() {
    let fake =
        ScriptedServer::start(when("AUTH", ScriptedAnswer::Say("535 5.7.8 czNjcmV0 s3cret is no login")))
            .await;
    let err = email(&fake, |_| {}).digest(&digest(2), &attempt()).await.unwrap_err();
    assert_eq!(err.word(), "misconfigured");
    assert!(!err.to_string().contains(PASSWORD) && !err.to_string().contains("czNjcmV0"), "{err}");
}

#[tokio::test]
async fn the_login_is_sent_as_the_server_wants_it() {
    // The payloads were computed by Python; `channel-facts.md` §10.4.
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!(fake.said("AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA=="), 1);

    let expected = ["AUTH LOGIN", "YWxlcnRAZXhhbXBsZS5jb20=", "czNjcmV0"];
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    notify(&email(&fake, |config| config["smtp"]["auth"] = json!("login"))).await.unwrap();
    assert_eq!(fake.lines()[1..4], expected);

    let fake = ScriptedServer::start(when("EHLO", ScriptedAnswer::Say("250-fake\r\n250 AUTH LOGIN"))).await;
    notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!(fake.lines()[1..4], expected);
}

#[tokio::test]
async fn a_login_that_fails_is_not_repeated_in_the_servers_words() {
    let echo = "535 5.7.8 AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA== czNjcmV0 s3cret is no login";
    check(
        outcome_when("AUTH", ScriptedAnswer::Say(echo)).await,
        "misconfigured",
        "535 5.7.8 *** *** *** is no login",
    );
    let endless = |cue: ClientLine<'_>| match cue.line.split(' ').next() {
        Some("" | "EHLO") => ScriptedAnswer::Usual,
        Some(_) | None => ScriptedAnswer::Say("334 s3cret"),
    };
    let fake = ScriptedServer::start(endless).await;
    check(notify(&email(&fake, |_| {})).await, "transient", "AUTH: the server is out of step: 334 ***");
    assert_eq!(fake.lines().len(), 3, "the command, and the login once more");
}

#[tokio::test]
async fn a_server_that_takes_no_login_is_not_sent_any() {
    let fake = ScriptedServer::start(when("EHLO", ScriptedAnswer::Say("250 fake"))).await;
    check(notify(&email(&fake, |_| {})).await, "misconfigured", "does not offer PLAIN or LOGIN or CRAM-MD5");
    assert_eq!(fake.lines().len(), 1);
}

#[tokio::test]
async fn no_login_no_auth() {
    let fake = ScriptedServer::start(when("EHLO", ScriptedAnswer::Say("250 fake"))).await;
    let email = email(&fake, |config| {
        config["smtp"].as_object_mut().unwrap().retain(|name, _| name != "username" && name != "password");
    });
    notify(&email).await.unwrap();
    assert!(!fake.lines().iter().any(|line| line.starts_with("AUTH")));
}

#[test]
fn a_content_filter_may_take_twenty_seconds() {
    let now = Instant::now();
    let deadlines = Deadlines::new(Email::TIMEOUT, now);
    assert!(deadlines.answered - deadlines.ready > Duration::from_secs(20), "however late the mail left");
    assert!(deadlines.answered - now < Email::TIMEOUT, "before the gateway ends the attempt");
}

#[tokio::test]
async fn a_refusal_at_any_stage_is_read_for_what_it_asks_of_us() {
    use ScriptedAnswer::Say;
    check(outcome_when("", Say("554 not today")).await, "transient", "554 not today");
    check(outcome_when("EHLO", Say("421 4.3.2 going down")).await, "transient", "421 4.3.2 going down");
    check(outcome_when("MAIL", Say("553 not your address")).await, "misconfigured", "`from`");
    check(outcome_when("MAIL", Say("451 4.3.0 later")).await, "transient", "MAIL: 451 4.3.0 later");
    check(outcome_when("RCPT", Say("421 4.3.2 going down")).await, "transient", "421");
    check(outcome_when("DATA", Say("451 4.3.0 later")).await, "transient", "DATA: 451");
    check(outcome_when(".", Say("451 4.3.0 later")).await, "transient", "end of mail: 451");
    check(outcome_when(".", Say("554 5.6.0 spam")).await, "unsendable", "554 5.6.0 spam");
    check(outcome_when(".", Say("550 Connection frequency limited")).await, "throttled", "frequency");
    check(outcome_when(".", Say("421 4.3.2 going down")).await, "transient", "421");
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_mail_has_left_is_no_delivery() {
    for said in ["", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"] {
        check(outcome_when(said, ScriptedAnswer::HangUp).await, "transient", "");
    }
    check(outcome_when("MAIL", ScriptedAnswer::SayAndHangUp("250 2.1.0 Ok")).await, "transient", "RCPT: ");
    check(
        outcome_when("DATA", ScriptedAnswer::Say("250 what?")).await,
        "transient",
        "DATA: the server is out of step",
    );
    check(outcome_when("MAIL", ScriptedAnswer::Silence).await, "transient", "MAIL: no answer in time");
    check(outcome_when("", ScriptedAnswer::Silence).await, "transient", "greeting: no answer in time");
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_mail_has_left_leaves_us_in_doubt() {
    check(outcome_when(".", ScriptedAnswer::HangUp).await, "unanswered", "end of mail");
    check(outcome_when(".", ScriptedAnswer::KeepAndHangUp).await, "unanswered", "end of mail");
    check(outcome_when(".", ScriptedAnswer::Silence).await, "unanswered", "end of mail: no answer in time");
    check(outcome_when(".", ScriptedAnswer::Say("354 what?")).await, "unanswered", "out of step: 354 what?");
    check(outcome_when(".", ScriptedAnswer::Say("完")).await, "unanswered", "end of mail");
}

#[tokio::test]
async fn a_repeat_after_a_lost_answer_can_be_recognised() {
    let script = |cue: ClientLine<'_>| match cue {
        ClientLine { connection: 1, line: "." } => ScriptedAnswer::KeepAndHangUp,
        ClientLine { .. } => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    let email = email(&fake, |_| {});
    check(notify(&email).await, "unanswered", "end of mail");
    let again = Attempt { ordinal: 2, at: attempt().at + Duration::from_secs(90), ..attempt() };
    email.notify(&notification(Severity::High, Why::Started), &again).await.unwrap();
    let [first, second] = &fake.mails()[..] else { panic!("two mails") };
    assert_eq!(first.header("Message-ID").len(), 1);
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_connection_carries_one_mail_after_another() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |_| {});
    for _ in 0..3 {
        notify(&email).await.unwrap();
    }
    assert_eq!((fake.connections(), fake.mails().len()), (1, 3));
}

#[tokio::test]
async fn a_connection_is_renewed_before_the_server_tires_of_it() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |_| {});
    for _ in 0..51 {
        notify(&email).await.unwrap();
    }
    assert_eq!((fake.connections(), fake.mails().len()), (2, 51));
}

/// Delivers twice; on its second mail, the first connection does as told.
async fn second_mail_when_kept_connection(
    answer: ScriptedAnswer,
) -> (ScriptedServer, Result<Receipt, SendError>) {
    let mails = AtomicUsize::new(0);
    let script = move |cue: ClientLine<'_>| {
        let is_mail = cue.line.starts_with("MAIL");
        if is_mail && mails.fetch_add(1, Ordering::Relaxed) == 1 { answer } else { ScriptedAnswer::Usual }
    };
    let fake = ScriptedServer::start(script).await;
    let email = email(&fake, |_| {});
    notify(&email).await.unwrap();
    let outcome = notify(&email).await;
    (fake, outcome)
}

#[tokio::test]
async fn a_kept_connection_that_fails_is_replaced_within_the_attempt() {
    use ScriptedAnswer::{HangUp, Say, SayAndHangUp, Silence};
    for answer in [HangUp, SayAndHangUp("421 4.4.2 idle for too long"), Say("450 MI:DMC"), Silence] {
        let (fake, outcome) = second_mail_when_kept_connection(answer).await;
        outcome.unwrap();
        assert_eq!((fake.connections(), fake.mails().len()), (2, 2), "{answer:?}");
    }
}

#[tokio::test]
async fn a_connection_is_not_kept_after_any_failure() {
    let dots = AtomicUsize::new(0);
    let script = move |cue: ClientLine<'_>| {
        let first = cue.line == "." && dots.fetch_add(1, Ordering::Relaxed) == 0;
        if first { ScriptedAnswer::Say("451 4.3.0 later") } else { ScriptedAnswer::Usual }
    };
    let fake = ScriptedServer::start(script).await;
    let email = email(&fake, |_| {});
    notify(&email).await.unwrap_err();
    notify(&email).await.unwrap();
    assert_eq!(fake.connections(), 2);
}

#[tokio::test]
async fn a_dropped_attempt_takes_its_connection_with_it() {
    let script = |cue: ClientLine<'_>| match cue {
        ClientLine { connection: 1, line } if line.starts_with("RCPT") => ScriptedAnswer::Silence,
        ClientLine { .. } => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    let email = email(&fake, |_| {});
    tokio::time::timeout(TIMEOUT / 16, notify(&email)).await.unwrap_err();
    assert!(email.pool.take().is_none());
    notify(&email).await.unwrap();
    assert_eq!((fake.connections(), fake.mails().len()), (2, 1));
}

#[tokio::test]
async fn mails_at_once_take_no_more_connections_than_mails_at_once() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = Arc::new(email(&fake, |_| {}));
    let permits = Arc::new(Semaphore::new(email.limits().concurrency.get()));
    let sends: Vec<_> = (0..40)
        .map(|_| {
            let (email, permits) = (Arc::clone(&email), Arc::clone(&permits));
            tokio::spawn(async move {
                let _permit = permits.acquire().await.unwrap();
                notify(&email).await.unwrap();
            })
        })
        .collect();
    for send in sends {
        send.await.unwrap();
    }
    assert_eq!(fake.mails().len(), 40);
    assert!(fake.connections() <= email.limits().concurrency.get(), "{}", fake.connections());
}

#[tokio::test]
async fn a_server_that_is_down_is_a_passing_trouble() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |_| {});
    let address = fake.address;
    drop(fake);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    check(notify(&email).await, "transient", "cannot reach 127.0.0.1:");
}

/// A channel with TLS, to `fake`, that trusts `ca`.
fn secure_email(fake: &ScriptedServer, tls: &str, ca: &str) -> Email {
    secure_email_with_timeout(fake, TIMEOUT, tls, ca)
}

fn secure_email_with_timeout(fake: &ScriptedServer, timeout: Duration, tls: &str, ca: &str) -> Email {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), ca).unwrap();
    email_with_timeout(fake, timeout, |config| {
        config["smtp"]["tls"] = json!(tls);
        config["smtp"]["ca_file"] = json!(file.path());
    })
}

#[tokio::test]
async fn the_login_goes_out_encrypted() {
    let (ca, acceptor) = certified("127.0.0.1");
    let fake =
        ScriptedServer::encrypted(Encryption::Implicit(acceptor.clone()), |_| ScriptedAnswer::Usual).await;
    notify(&secure_email(&fake, "implicit", &ca)).await.unwrap();

    let fake = ScriptedServer::encrypted(Encryption::StartTls(acceptor), |_| ScriptedAnswer::Usual).await;
    notify(&secure_email(&fake, "starttls", &ca)).await.unwrap();
    let words: Vec<_> = fake.lines().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(words[..4], ["EHLO", "STARTTLS", "EHLO", "AUTH"]);
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_where_encryption_was_asked_for() {
    let (ca, acceptor) = certified("127.0.0.1");
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    check(notify(&secure_email(&fake, "starttls", &ca)).await, "misconfigured", "does not offer STARTTLS");
    assert_eq!(fake.lines().len(), 1, "EHLO and no more");

    let refuse = when("STARTTLS", ScriptedAnswer::SayAndHangUp("454 4.7.0 TLS not available"));
    let fake = ScriptedServer::encrypted(Encryption::StartTls(acceptor), refuse).await;
    check(notify(&secure_email(&fake, "starttls", &ca)).await, "transient", "STARTTLS: 454 4.7.0");
    assert!(!fake.lines().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
}

#[tokio::test]
async fn words_put_before_the_encryption_are_not_heard_after_it() {
    let (ca, acceptor) = certified("127.0.0.1");
    let inject = when("STARTTLS", ScriptedAnswer::Say("220 go ahead\r\n250-evil\r\n250 AUTH PLAIN"));
    let fake = ScriptedServer::encrypted(Encryption::StartTls(acceptor), inject).await;
    let outcome = notify(&secure_email(&fake, "starttls", &ca)).await;
    check(outcome, "misconfigured", "something was put into the connection before it was encrypted");
}

#[tokio::test]
async fn a_certificate_we_cannot_trust_is_for_a_person_to_mend() {
    let (_, acceptor) = certified("127.0.0.1");
    let (another_ca, _) = certified("127.0.0.1");
    let (ca, wrong_name) = certified("mail.example.com");
    for (ca, acceptor, words) in [
        (
            another_ca,
            acceptor,
            "TLS: the signature of the server's certificate does not fit: another CA of the same name",
        ),
        (ca, wrong_name, "is for mail.example.com and not for `127.0.0.1`: check `smtp.host`"),
    ] {
        let fake = ScriptedServer::encrypted(Encryption::StartTls(acceptor), |_| ScriptedAnswer::Usual).await;
        let outcome = notify(&secure_email(&fake, "starttls", &ca)).await;
        check(outcome, "misconfigured", words);
        assert_eq!(fake.said("EHLO"), 0);
    }
}

#[tokio::test]
async fn the_wrong_kind_of_encryption_is_named() {
    let (ca, _) = certified("127.0.0.1");
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    check(
        notify(&secure_email(&fake, "implicit", &ca)).await,
        "misconfigured",
        "should `smtp.tls` be starttls?",
    );
}

#[tokio::test]
async fn a_server_that_waits_for_tls_is_found_out() {
    for tls in ["none", "starttls"] {
        let (ca, acceptor) = certified("127.0.0.1");
        let fake = ScriptedServer::encrypted(Encryption::Implicit(acceptor), |_| ScriptedAnswer::Usual).await;
        let outcome = notify(&secure_email_with_timeout(&fake, LONG_TIMEOUT, tls, &ca)).await;
        check(
            outcome,
            "misconfigured",
            "the server speaks TLS from the first byte there: set `smtp.tls` to implicit",
        );
    }
}

#[tokio::test]
async fn a_server_of_another_protocol_is_named() {
    for (greeting, protocol) in [
        ("SSH-2.0-OpenSSH_9.2", "SSH"),
        ("* OK IMAP4rev1 ready", "IMAP"),
        ("+OK POP3", "POP3"),
        ("HTTP/1.1 400 Bad Request", "HTTP"),
    ] {
        let words: &'static str = format!("greeting: the server speaks {protocol} there and not SMTP").leak();
        check(outcome_when("", ScriptedAnswer::Say(greeting)).await, "misconfigured", words);
    }
    check(
        outcome_when("", ScriptedAnswer::SayAndHangUp("who is there?")).await,
        "transient",
        "not SMTP: `who is there?`",
    );
}

#[tokio::test]
async fn pointed_at_the_sandbox_it_speaks_to_nobody_else() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let config = json!({
        "smtp": {
            "host": "smtp.example.com", "port": 465, "tls": "implicit", "ca_file": "/nowhere/ca.pem",
            "proxy": "http://proxy.example.com:3128", "username": "alert@example.com", "password": PASSWORD,
        },
        "from": "Fanfare <alert@example.com>",
        "to": ["a@example.com", "B <b@example.com>"],
    });
    let doors = SandboxDoors { http: "http://127.0.0.1:1".to_owned(), smtp: fake.address };
    let (config, account) = Email::into_sandbox(serde_json::from_value(config).unwrap(), &doors);
    assert_eq!(account.kind, "email");
    assert_eq!(
        account.settings,
        [
            ("username", "alert@example.com".to_owned()),
            ("password", PASSWORD.to_owned()),
            ("from", "Fanfare <alert@example.com>".to_owned()),
            ("to", "a@example.com,B <b@example.com>".to_owned()),
        ]
    );
    let context = Context { name: "ops-mail".into(), locale: Locale::default(), timeout: TIMEOUT };
    notify(&Email::build(config, context).unwrap()).await.unwrap();
    assert_eq!(fake.mails()[0].to, ["a@example.com", "b@example.com"]);
}

#[tokio::test]
async fn a_channel_shows_no_secret_when_printed() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    assert!(!format!("{:?}", email(&fake, |_| {})).contains(PASSWORD));
}

#[tokio::test]
async fn a_proxy_on_the_way_that_is_down_is_a_passing_trouble() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |config| config["smtp"]["proxy"] = json!("http://127.0.0.1:1"));
    check(notify(&email).await, "transient", "cannot reach 127.0.0.1:1");
    assert_eq!(fake.connections(), 0);
}
