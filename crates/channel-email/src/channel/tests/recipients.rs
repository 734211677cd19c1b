//! The recipients, of several, that get the mail.

use super::*;

fn names(refusals: &[Refusal]) -> Vec<&str> {
    refusals.iter().map(|it| it.recipient.as_str()).collect()
}

#[tokio::test]
async fn a_refused_recipient_does_not_keep_the_mail_from_the_others() {
    let script = |cue: ClientLine<'_>| match cue.line {
        "RCPT TO:<a@example.com>" => ScriptedAnswer::Say("550 5.1.1 no such user"),
        "RCPT TO:<b@example.com>" => ScriptedAnswer::Say("450 4.2.0 greylisted"),
        _ => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    let receipt = notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!(names(&receipt.refused), ["a@example.com"]);
    assert_eq!(receipt.refused[0].reason, "550 5.1.1 no such user");
    assert_eq!(names(&receipt.deferred), ["b@example.com"]);
    assert_eq!(receipt.deferred[0].reason, "450 4.2.0 greylisted");
    assert_eq!(fake.mails()[0].to, ["c@example.com"]);
}

#[tokio::test]
async fn the_next_attempt_is_for_those_still_owed_alone() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |_| {});
    let later = Attempt { ordinal: 2, only: Some(vec!["b@example.com".to_owned()]), ..attempt() };
    notify(&email).await.unwrap();
    email.notify(&notification(Severity::High, Why::Started), &later).await.unwrap();
    let [first, second] = &fake.mails()[..] else { panic!("two mails") };
    assert_eq!(second.to, ["b@example.com"]);
    assert_eq!(first.data, second.data, "the same mail, to the byte");
}

#[tokio::test]
async fn no_mail_is_sent_if_nobody_is_accepted() {
    let fake = ScriptedServer::start(when("RCPT", ScriptedAnswer::Say("550 5.1.1 no such user"))).await;
    let email = email(&fake, |_| {});
    check(
        notify(&email).await,
        "misconfigured",
        "mend the channel's `to`: to[0]: 550 5.1.1 no such user; to[1]: ",
    );
    assert_eq!((fake.said("DATA"), fake.said("RSET")), (0, 1));

    // Others were served by an earlier attempt: the mail has arrived.
    let later = Attempt { ordinal: 2, only: Some(vec!["b@example.com".to_owned()]), ..attempt() };
    let receipt = email.notify(&notification(Severity::High, Why::Started), &later).await.unwrap();
    assert_eq!(names(&receipt.refused), ["b@example.com"]);
    assert_eq!(fake.connections(), 1, "a session that was reset is used again");
}

#[tokio::test]
async fn the_mildest_refusal_decides() {
    let script = |cue: ClientLine<'_>| match cue.line {
        "RCPT TO:<b@example.com>" => ScriptedAnswer::Say("450 4.2.0 greylisted"),
        line if line.starts_with("RCPT") => ScriptedAnswer::Say("550 5.1.1 no such user"),
        _ => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    check(notify(&email(&fake, |_| {})).await, "transient", "to[1]: 450 4.2.0 greylisted");
    check(
        outcome_when("RCPT", ScriptedAnswer::Say("550 Ip frequency limited")).await,
        "throttled",
        "frequency limited",
    );
}

/// A server that has no answer about those recipients whose `RCPT` line holds one of `names`.
async fn silent_about(names: &'static [&'static str]) -> ScriptedServer {
    ScriptedServer::start(move |cue: ClientLine<'_>| {
        let is_named = cue.line.starts_with("RCPT") && names.iter().any(|name| cue.line.contains(name));
        if is_named { ScriptedAnswer::Silence } else { ScriptedAnswer::Usual }
    })
    .await
}

#[tokio::test]
async fn a_recipient_the_server_will_not_speak_about_does_not_keep_the_mail_from_the_others() {
    let fake = silent_about(&["b@"]).await;
    let email = email(&fake, |_| {});
    let receipt = notify(&email).await.unwrap();
    assert_eq!((names(&receipt.refused), names(&receipt.deferred)), (vec![], vec!["b@example.com"]));
    assert_eq!(receipt.deferred[0].reason, "no answer about this recipient in time");
    let [mail] = &fake.mails()[..] else { panic!("one mail") };
    assert_eq!(mail.to, ["a@example.com", "c@example.com"]);
    assert_eq!(fake.connections(), 2, "the one that hangs is of no more use");

    // Alone it keeps nobody waiting, and has all the time.
    let later = Attempt { ordinal: 2, only: Some(vec!["b@example.com".to_owned()]), ..attempt() };
    let outcome = email.notify(&notification(Severity::High, Why::Started), &later).await;
    check(outcome, "transient", "RCPT: no answer in time");
    assert_eq!(fake.said("RCPT TO:<b@example.com>"), 2);
}

#[tokio::test]
async fn a_server_silent_about_more_than_one_recipient_is_not_asked_without_end() {
    let fake = silent_about(&["a@", "b@"]).await;
    check(notify(&email(&fake, |_| {})).await, "transient", "RCPT: no answer in time");
    assert_eq!((fake.connections(), fake.said("DATA")), (2, 0));
}

#[tokio::test]
async fn a_recipient_left_out_is_not_given_up_with_the_others() {
    let script = |cue: ClientLine<'_>| match cue.line {
        "RCPT TO:<b@example.com>" => ScriptedAnswer::Silence,
        line if line.starts_with("RCPT") => ScriptedAnswer::Say("550 5.1.1 no such user"),
        _ => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    check(notify(&email(&fake, |_| {})).await, "transient", "to[1]: no answer about this recipient in time");
}

#[tokio::test]
async fn an_error_does_not_repeat_the_recipients_a_server_names() {
    let refusal =
        ScriptedAnswer::Say("550 5.1.1 <A@Example.com>, b@example.com and na@example.com: no such user");
    for said in ["MAIL", "RCPT", "DATA", "."] {
        let fake = ScriptedServer::start(when(said, refusal)).await;
        let to =
            |config: &mut Value| config["to"] = json!(["a@example.com", "b@example.com", "na@example.com"]);
        let err = notify(&email(&fake, to)).await.unwrap_err().to_string();
        let blanked = "550 5.1.1 <[recipient]>, [recipient] and [recipient]: no such user";
        assert!(err.contains(blanked), "{err}");
        assert!(!err.to_lowercase().contains("@example.com"), "{err}");
    }
}

#[tokio::test]
async fn a_receipt_repeats_the_servers_words_to_the_letter() {
    let refuse = when("RCPT TO:<a@", ScriptedAnswer::Say("550 5.1.1 <a@example.com>: no such user"));
    let fake = ScriptedServer::start(refuse).await;
    let receipt = notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!(receipt.refused[0].reason, "550 5.1.1 <a@example.com>: no such user");
}

#[tokio::test]
async fn recipients_no_longer_in_the_settings_are_told_so() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |_| {});
    let owed =
        |only: &[&str]| Attempt { only: Some(only.iter().map(ToString::to_string).collect()), ..attempt() };
    let told = notification(Severity::High, Why::Started);

    let receipt = email.notify(&told, &owed(&["gone@example.com"])).await.unwrap();
    assert_eq!(names(&receipt.refused), ["gone@example.com"]);
    assert_eq!(fake.connections(), 0);

    let receipt = email.notify(&told, &owed(&["gone@example.com", "b@example.com"])).await.unwrap();
    assert_eq!(names(&receipt.refused), ["gone@example.com"]);
    assert_eq!(fake.mails()[0].to, ["b@example.com"]);
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let to = |config: &mut Value| config["to"] = json!(["值班@example.com", "b@example.com"]);
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let receipt = notify(&email(&fake, to)).await.unwrap();
    assert_eq!(names(&receipt.refused), ["值班@example.com"]);
    assert_eq!(fake.said("MAIL FROM:<alert@example.com>"), 1);

    let fake = ScriptedServer::start(when(
        "EHLO",
        ScriptedAnswer::Say("250-fake\r\n250-AUTH PLAIN\r\n250 SMTPUTF8"),
    ))
    .await;
    assert_eq!(notify(&email(&fake, to)).await.unwrap().refused, []);
    assert_eq!(fake.said("MAIL FROM:<alert@example.com> SMTPUTF8"), 1);
    assert_eq!(fake.said("RCPT TO:<值班@example.com>"), 1);
    assert!(fake.mails()[0].data.is_ascii());
}
