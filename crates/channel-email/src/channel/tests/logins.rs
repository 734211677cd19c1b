//! Servers and the logins that they understand.

use super::*;

const USER: &str = "YWxlcnRAZXhhbXBsZS5jb20=";
const SECRET: &str = "czNjcmV0";
const PLAIN: &str = "AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==";

/// A server with this offer of `AUTH`, whose other answers are by `script`.
async fn offering(
    offer: &'static str,
    script: impl Fn(&str) -> ScriptedAnswer + Send + Sync + 'static,
) -> ScriptedServer {
    let ehlo: &'static str = format!("250-fake\r\n{offer}").leak();
    ScriptedServer::start(move |cue: ClientLine<'_>| match cue.line {
        line if line.starts_with("EHLO") => ScriptedAnswer::Say(ehlo),
        line => script(line),
    })
    .await
}

fn auth_lines(fake: &ScriptedServer) -> Vec<String> {
    let is_auth = |line: &String| !["EHLO", "MAIL", "RCPT", "DATA"].iter().any(|it| line.starts_with(it));
    fake.lines().into_iter().filter(is_auth).collect()
}

#[tokio::test]
async fn an_offer_is_understood_in_any_spelling() {
    let plain = vec![format!("AUTH PLAIN {PLAIN}")];
    let login = vec!["AUTH LOGIN".to_owned(), USER.to_owned(), SECRET.to_owned()];
    for (offer, expected) in [
        ("250 auth login plain", &plain),
        ("250 AUTH=LOGIN PLAIN", &plain),
        ("250-AUTH=LOGIN\r\n250 AUTH PLAIN", &plain),
        ("250 Auth  LOGIN   PLAIN ", &plain),
        ("250 AUTH=PLAIN=LOGIN", &plain),
        ("250 AUTH LOGIN,PLAIN", &plain),
        ("250 AUTH\tGSSAPI\tNTLM\tPLAIN", &plain),
        ("250 auth=login", &login),
        ("250 AUTH NTLM LOGIN", &login),
    ] {
        let fake = offering(offer, |_| ScriptedAnswer::Usual).await;
        notify(&email(&fake, |_| {})).await.unwrap();
        assert_eq!(auth_lines(&fake), *expected, "{offer}");
    }
}

#[tokio::test]
async fn the_words_of_a_challenge_do_not_matter() {
    for challenge in [
        &b"334\r\n"[..],
        b"334 \r\n",
        b"334 not base64!\r\n",
        b"334 \xd3\xca\xcf\xe4\r\n",
        b"334-one\r\n334 two\r\n",
    ] {
        let script = move |line: &str| match line {
            "AUTH LOGIN" | USER => ScriptedAnswer::Raw(challenge),
            _ => ScriptedAnswer::Usual,
        };
        let fake = offering("250 AUTH LOGIN", script).await;
        notify(&email(&fake, |_| {})).await.unwrap();
        assert_eq!(auth_lines(&fake), ["AUTH LOGIN", USER, SECRET]);
    }
}

#[tokio::test]
async fn a_server_that_wants_the_login_on_a_line_of_its_own_gets_it_there() {
    for refusal in ["501 5.5.4 syntax", "500 ?", "504 no", "334 "] {
        let script = move |line: &str| match line {
            line if line.starts_with("AUTH PLAIN ") => ScriptedAnswer::Say(refusal),
            "AUTH PLAIN" => ScriptedAnswer::Say("334"),
            _ => ScriptedAnswer::Usual,
        };
        let fake = offering("250 AUTH PLAIN", script).await;
        notify(&email(&fake, |_| {})).await.unwrap();
        assert_eq!(auth_lines(&fake).last().unwrap(), PLAIN, "{refusal}");
    }
}

#[tokio::test]
async fn a_mechanism_that_is_offered_and_not_known_is_passed_over() {
    let script = |line: &str| match line {
        line if line.starts_with("AUTH PLAIN") => ScriptedAnswer::Say("504 5.5.4 unrecognised"),
        _ => ScriptedAnswer::Usual,
    };
    let fake = offering("250 AUTH PLAIN LOGIN", script).await;
    notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!(auth_lines(&fake).last().unwrap(), SECRET);
}

#[tokio::test]
async fn a_refused_login_is_not_tried_again_by_another_mechanism() {
    for refusal in
        ["535", "534 5.7.9", "530 5.7.0", "550 no", "454 4.7.0 later", "421 4.7.0 too many", "553", "571 ?"]
    {
        let script = move |line: &str| match line {
            line if line.starts_with("AUTH") => ScriptedAnswer::Say(refusal),
            _ => ScriptedAnswer::Usual,
        };
        let fake = offering("250 AUTH PLAIN LOGIN CRAM-MD5", script).await;
        let err = notify(&email(&fake, |_| {})).await.unwrap_err();
        assert!(matches!(err.word(), "misconfigured" | "throttled"), "{refusal}: {err}");
        assert_eq!(auth_lines(&fake).len(), 1, "{refusal}");
    }
}

#[tokio::test]
async fn a_server_of_old_gets_the_password_by_cram_md5() {
    // RFC 2195 §2.
    let script = |line: &str| match line {
        "AUTH CRAM-MD5" => {
            ScriptedAnswer::Say("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")
        }
        _ => ScriptedAnswer::Usual,
    };
    for auth in ["auto", "cram-md5"] {
        let fake = offering("250 AUTH NTLM CRAM-MD5", script).await;
        let channel = email(&fake, |config| {
            config["smtp"]["username"] = json!("tim");
            config["smtp"]["password"] = json!("tanstaaftanstaaf");
            config["smtp"]["auth"] = json!(auth);
        });
        notify(&channel).await.unwrap();
        let expected = ["AUTH CRAM-MD5", "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"];
        assert_eq!(auth_lines(&fake), expected);
    }
}

#[tokio::test]
async fn a_login_that_we_do_not_speak_is_named() {
    let fake = offering("250 AUTH NTLM GSSAPI", |_| ScriptedAnswer::Usual).await;
    let outcome = notify(&email(&fake, |_| {})).await;
    check(
        outcome,
        "misconfigured",
        "only NTLM, GSSAPI; its administrator must allow one of PLAIN, LOGIN and CRAM-MD5",
    );
    let fake = offering("250 AUTH LOGIN", |_| ScriptedAnswer::Usual).await;
    let outcome = notify(&email(&fake, |config| config["smtp"]["auth"] = json!("plain"))).await;
    check(outcome, "misconfigured", "does not offer PLAIN but only LOGIN; set `smtp.auth` to auto");
    assert_eq!(auth_lines(&fake), [""; 0]);
}

#[tokio::test]
async fn no_word_of_a_server_shows_the_password_whenever_it_is_said() {
    for stage in ["MAIL", "RCPT", "DATA", "."] {
        let refusal = ScriptedAnswer::Say("550 5.7.1 user alert/s3cret may not");
        let fake = ScriptedServer::start(when(stage, refusal)).await;
        let err = notify(&email(&fake, |_| {})).await.unwrap_err().to_string();
        assert!(err.contains("alert/*** may not") && !err.contains(PASSWORD), "{stage}: {err}");
    }
    let fake = ScriptedServer::start(when(".", ScriptedAnswer::Say("250 ok s3cret queued"))).await;
    assert_eq!(notify(&email(&fake, |_| {})).await.unwrap().words, "250 ok *** queued");
    let fake = ScriptedServer::start(when("RCPT TO:<b", ScriptedAnswer::Say("550 s3cret"))).await;
    assert_eq!(notify(&email(&fake, |_| {})).await.unwrap().refused[0].reason, "550 ***");
}

/// A server that gives this answer to each login.
async fn answering_logins(answer: ScriptedAnswer) -> ScriptedServer {
    offering(
        "250 AUTH PLAIN",
        move |line: &str| {
            if line.starts_with("AUTH") { answer } else { ScriptedAnswer::Usual }
        },
    )
    .await
}

#[tokio::test]
async fn a_login_that_fails_again_and_again_is_for_a_person_to_mend_whatever_the_servers_words() {
    use ScriptedAnswer::{Say, SayAndHangUp};
    for (answer, word) in [
        (Say("454 4.7.0 Temporary authentication failure"), "throttled"),
        (SayAndHangUp("421 4.7.0 Too many errors"), "throttled"),
        (Say("454 Too frequently sending"), "throttled"),
    ] {
        let fake = answering_logins(answer).await;
        let email = email(&fake, |_| {});
        for _ in 0..2 {
            check(notify(&email).await, word, "AUTH: ");
        }
        for times in 3..6 {
            let words = format!("the login has failed {times} times in a row");
            check(notify(&email).await, "misconfigured", &words);
        }
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_about_a_login_may_just_be_starting() {
    for answer in [ScriptedAnswer::HangUp, ScriptedAnswer::SayAndHangUp("what?")] {
        let fake = answering_logins(answer).await;
        let email = email(&fake, |_| {});
        for _ in 0..6 {
            check(notify(&email).await, "transient", "AUTH: ");
        }
    }
}

#[tokio::test]
async fn a_login_that_fails_now_and_then_is_a_passing_trouble() {
    let logins = AtomicUsize::new(0);
    // Every third login is accepted, on a connection that then carries no mail.
    let fake = offering("250 AUTH PLAIN", move |line: &str| match line.split(' ').next() {
        Some("AUTH") if logins.fetch_add(1, Ordering::Relaxed) % 3 < 2 => {
            ScriptedAnswer::Say("454 4.7.0 Temporary authentication failure")
        }
        Some("MAIL") => ScriptedAnswer::SayAndHangUp("421 4.3.2 going down"),
        Some(_) | None => ScriptedAnswer::Usual,
    })
    .await;
    let email = email(&fake, |_| {});
    for nth in 0..9 {
        check(notify(&email).await, if nth % 3 < 2 { "throttled" } else { "transient" }, "");
    }
}

#[tokio::test]
async fn logins_that_fail_at_the_same_time_have_failed_once() {
    let fake = answering_logins(ScriptedAnswer::Say("454 4.7.0 Temporary authentication failure")).await;
    let email = email(&fake, |_| {});
    let (first, second, third, fourth) =
        tokio::join!(notify(&email), notify(&email), notify(&email), notify(&email));
    for outcome in [first, second, third, fourth] {
        check(outcome, "throttled", "AUTH: 454 4.7.0");
    }
}

#[tokio::test]
async fn a_ban_longer_than_ours_is_kept_to_however_often_the_login_has_failed() {
    let fake = answering_logins(ScriptedAnswer::SayAndHangUp("550 Connection frequency limited")).await;
    let email = email(&fake, |_| {});
    for _ in 0..4 {
        let err = notify(&email).await.unwrap_err();
        assert!(matches!(err, SendError::Throttled { retry_after, .. } if retry_after.as_secs() == 900));
    }
}

#[tokio::test]
async fn a_login_that_we_do_not_speak_is_named_once() {
    let fake = offering("250-AUTH NTLM\r\n250 AUTH=NTLM", |_| ScriptedAnswer::Usual).await;
    check(notify(&email(&fake, |_| {})).await, "misconfigured", "but only NTLM; its administrator");
}

#[tokio::test]
async fn a_stronger_login_that_is_offered_is_named_where_the_server_wants_one() {
    let refuse = |line: &str| {
        if line.starts_with("AUTH PLAIN") {
            ScriptedAnswer::Say("534 5.7.9 mechanism too weak")
        } else {
            ScriptedAnswer::Usual
        }
    };
    let fake = offering("250 AUTH PLAIN CRAM-MD5", refuse).await;
    check(notify(&email(&fake, |_| {})).await, "misconfigured", "set `smtp.auth` to cram-md5");
    let fake = offering("250 AUTH PLAIN", refuse).await;
    let err = notify(&email(&fake, |_| {})).await.unwrap_err().to_string();
    assert!(!err.contains("cram-md5"), "{err}");
}
