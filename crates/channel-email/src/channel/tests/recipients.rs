//! The recipients, of several, that get the mail.

use std::sync::atomic::{AtomicUsize, Ordering};

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
    assert_eq!((fake.said("DATA"), fake.connections()), (0, 1));

    // Others were served by an earlier attempt: the mail has arrived.
    let later = Attempt { ordinal: 2, only: Some(vec!["b@example.com".to_owned()]), ..attempt() };
    let receipt = email.notify(&notification(Severity::High, Why::Started), &later).await.unwrap();
    assert_eq!(names(&receipt.refused), ["b@example.com"]);
    assert_eq!(fake.connections(), 2, "what was said may have been about the connection");
}

#[tokio::test]
async fn what_a_server_refuses_on_a_connection_that_has_carried_mails_goes_on_a_new_one_at_once() {
    for refusal in ["450 4.7.1 too many messages in this connection", "550 5.7.1 enough", "503 5.5.1 no more"]
    {
        let recipients = AtomicUsize::new(0);
        // Three recipients of one mail, and no more of another, on the first connection.
        let script = move |cue: ClientLine<'_>| {
            let is_refused = cue.connection == 1
                && cue.line.starts_with("RCPT")
                && recipients.fetch_add(1, Ordering::Relaxed) >= 3;
            if is_refused { ScriptedAnswer::Say(refusal) } else { ScriptedAnswer::Usual }
        };
        let fake = ScriptedServer::start(script).await;
        let email = email(&fake, |_| {});
        notify(&email).await.unwrap();
        let receipt = notify(&email).await.unwrap();
        assert_eq!((receipt.refused, receipt.deferred), (vec![], vec![]), "{refusal}");
        assert_eq!((fake.mails().len(), fake.connections()), (2, 2), "{refusal}");
    }
}

#[tokio::test]
async fn a_server_that_accepts_nobody_on_a_new_connection_either_is_asked_twice_and_no_more() {
    let mails = AtomicUsize::new(0);
    let script = move |cue: ClientLine<'_>| match cue.line {
        "DATA" => {
            mails.fetch_add(1, Ordering::Relaxed);
            ScriptedAnswer::Usual
        }
        line if line.starts_with("RCPT") && mails.load(Ordering::Relaxed) > 0 => {
            ScriptedAnswer::Say("450 4.2.0 later")
        }
        _ => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    let email = email(&fake, |_| {});
    notify(&email).await.unwrap();
    check(notify(&email).await, "transient", "no recipient accepted");
    assert_eq!((fake.said("RCPT TO:<a@example.com>"), fake.connections()), (3, 2));
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
    assert_eq!(receipt.deferred[0].reason, "at this recipient: no answer in time");
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
async fn two_recipients_the_server_will_not_speak_about_do_not_keep_the_mail_from_the_third() {
    let fake = silent_about(&["a@", "b@"]).await;
    let receipt = notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!(names(&receipt.deferred), ["a@example.com", "b@example.com"]);
    let [mail] = &fake.mails()[..] else { panic!("one mail") };
    assert_eq!(mail.to, ["c@example.com"]);
}

#[tokio::test]
async fn a_server_silent_about_every_recipient_is_not_asked_without_end() {
    let fake = silent_about(&["a@", "b@", "c@"]).await;
    check(notify(&email(&fake, |_| {})).await, "transient", "RCPT: no answer in time");
    assert_eq!((fake.connections(), fake.said("DATA")), (3, 0));
}

/// A server that ends the conversation with `answer` at those recipients whose `RCPT` line holds one of `names`.
async fn ends_at(names: &'static [&'static str], answer: ScriptedAnswer) -> ScriptedServer {
    ScriptedServer::start(move |cue: ClientLine<'_>| {
        let is_named = cue.line.starts_with("RCPT") && names.iter().any(|name| cue.line.contains(name));
        if is_named { answer } else { ScriptedAnswer::Usual }
    })
    .await
}

#[tokio::test]
async fn a_recipient_at_whom_the_server_hangs_up_does_not_keep_the_mail_from_the_others() {
    use ScriptedAnswer::{HangUp, RawAndHangUp, SayAndHangUp};
    for answer in [SayAndHangUp("421 4.7.0 not this one"), RawAndHangUp(b"421\r\n"), HangUp] {
        for names in [&["a@"][..], &["b@"], &["c@"], &["a@", "b@"], &["a@", "c@"], &["b@", "c@"]] {
            let fake = ends_at(names, answer).await;
            let receipt = notify(&email(&fake, |_| {})).await.unwrap();
            assert_eq!(
                (receipt.refused.len(), receipt.deferred.len()),
                (0, names.len()),
                "{answer:?} {names:?}"
            );
            let [mail] = &fake.mails()[..] else { panic!("one mail: {answer:?} {names:?}") };
            assert_eq!(mail.to.len(), 3 - names.len());
        }
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_at_everybody_is_left_alone_soon() {
    let fake = ends_at(&["@"], ScriptedAnswer::SayAndHangUp("421 4.3.2 going down")).await;
    let many = |config: &mut Value| {
        config["to"] = json!((0..40).map(|number| format!("n{number}@example.com")).collect::<Vec<_>>());
    };
    check(notify(&email(&fake, many)).await, "transient", "RCPT: 421 4.3.2 going down");
    assert_eq!(fake.connections(), 3);
    assert!(fake.mails().is_empty());
}

#[tokio::test]
async fn a_limit_named_at_one_recipient_is_the_whole_accounts() {
    let fake = ends_at(&["b@"], ScriptedAnswer::SayAndHangUp("421 HL:ICC too many connections")).await;
    check(notify(&email(&fake, |_| {})).await, "throttled", "HL:ICC");
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn a_recipient_named_when_the_mail_is_refused_does_not_keep_it_from_the_others() {
    for (code, refused) in [("554", 1), ("550", 1), ("451", 0)] {
        let words: &'static str =
            format!("{code} 5.1.1 Message rejected, failed the check: B@Example.com.").leak();
        let script = move |cue: ClientLine<'_>| {
            let is_first_end = cue.line == "." && cue.connection == 1;
            if is_first_end { ScriptedAnswer::Say(words) } else { ScriptedAnswer::Usual }
        };
        let fake = ScriptedServer::start(script).await;
        let to = |config: &mut Value| config["to"] = json!(["ab@example.com", "b@example.com"]);
        let receipt = notify(&email(&fake, to)).await.unwrap();
        assert_eq!((receipt.refused.len(), receipt.deferred.len()), (refused, 1 - refused), "{code}");
        let [mail] = &fake.mails()[..] else { panic!("one mail") };
        assert_eq!(mail.to, ["ab@example.com"]);
    }
}

#[tokio::test]
async fn a_mail_refused_for_every_recipient_is_refused() {
    let refuse = when(".", ScriptedAnswer::Say("554 no mail for a@example.com b@example.com c@example.com"));
    let fake = ScriptedServer::start(refuse).await;
    check(notify(&email(&fake, |_| {})).await, "unsendable", "554");
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn a_recipient_left_out_is_not_given_up_with_the_others() {
    let script = |cue: ClientLine<'_>| match cue.line {
        "RCPT TO:<b@example.com>" => ScriptedAnswer::Silence,
        line if line.starts_with("RCPT") => ScriptedAnswer::Say("550 5.1.1 no such user"),
        _ => ScriptedAnswer::Usual,
    };
    let fake = ScriptedServer::start(script).await;
    check(notify(&email(&fake, |_| {})).await, "transient", "to[1]: at this recipient: no answer in time");
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

/// A server that refuses with `refusal`, at `DATA` or at the final dot, every mail that is for one of `names`.
async fn refuses_mail_for(
    names: &'static [&'static str],
    said: &'static str,
    refusal: &'static str,
) -> ScriptedServer {
    let named = AtomicUsize::new(0);
    ScriptedServer::start(move |cue: ClientLine<'_>| {
        if cue.line.starts_with("MAIL") {
            named.store(0, Ordering::Relaxed);
        }
        if cue.line.starts_with("RCPT") && names.iter().any(|name| cue.line.contains(name)) {
            named.fetch_add(1, Ordering::Relaxed);
        }
        let is_refused = cue.line == said && named.load(Ordering::Relaxed) > 0;
        if is_refused { ScriptedAnswer::Say(refusal) } else { ScriptedAnswer::Usual }
    })
    .await
}

fn to(addresses: &'static [&'static str]) -> impl Fn(&mut Value) {
    move |config| config["to"] = json!(addresses)
}

/// The recipients of all mails that the server took, sorted.
fn served(fake: &ScriptedServer) -> Vec<String> {
    let mut served: Vec<_> = fake.mails().into_iter().flat_map(|mail| mail.to).collect();
    served.sort();
    served
}

#[tokio::test]
async fn a_mail_refused_because_of_one_whom_nobody_names_reaches_the_others_once_each() {
    let everyone = ["a@example.com", "b@example.com", "c@example.com"];
    for (said, refusal) in [
        (".", "550 5.7.1 user over quota / not allowed"),
        (".", "554 5.6.0 rejected"),
        (".", "550"),
        ("DATA", "550 5.7.1 not for this one"),
        ("DATA", "554 5.5.1 no valid recipients"),
    ] {
        for bad in [&["a@"][..], &["b@"], &["c@"], &["a@", "b@"], &["a@", "c@"], &["b@", "c@"]] {
            let fake = refuses_mail_for(bad, said, refusal).await;
            let receipt = notify(&email(&fake, |_| {})).await.unwrap();
            let is_bad = |it: &&str| bad.iter().any(|name| it.starts_with(name));
            assert_eq!(
                names(&receipt.refused),
                everyone.iter().filter(|it| is_bad(it)).copied().collect::<Vec<_>>()
            );
            assert!(receipt.refused.iter().all(|it| it.reason.contains(refusal)), "{receipt:?}");
            assert_eq!(receipt.deferred, []);
            let good: Vec<_> = everyone.iter().filter(|it| !is_bad(it)).collect();
            assert_eq!(served(&fake).iter().collect::<Vec<_>>(), good, "{said} {refusal} {bad:?}");
        }
    }
}

#[tokio::test]
async fn a_mailbox_that_is_full_when_the_mail_is_there_gets_it_later_and_the_others_now() {
    let fake = refuses_mail_for(&["b@"], ".", "552 5.2.2 mailbox full").await;
    let receipt = notify(&email(&fake, |_| {})).await.unwrap();
    assert_eq!((names(&receipt.refused), names(&receipt.deferred)), (vec![], vec!["b@example.com"]));
    assert_eq!(served(&fake), ["a@example.com", "c@example.com"]);
}

#[tokio::test]
async fn a_mail_refused_to_each_of_them_is_unsendable_and_was_offered_once_to_each() {
    let fake = ScriptedServer::start(when(".", ScriptedAnswer::Say("554 5.7.1 spam"))).await;
    check(notify(&email(&fake, |_| {})).await, "unsendable", "end of mail: 554 5.7.1 spam");
    assert_eq!(fake.said("DATA"), 1 + 3);

    let fake = ScriptedServer::start(when(".", ScriptedAnswer::Say("554 5.7.1 spam"))).await;
    let many = |config: &mut Value| {
        config["to"] = json!((0..100).map(|number| format!("n{number}@example.com")).collect::<Vec<_>>());
    };
    let mut email = email(&fake, many);
    email.timeout = Duration::from_secs(60);
    check(notify(&email).await, "unsendable", "end of mail: 554 5.7.1 spam");
    assert_eq!(fake.said("DATA"), 1 + 10 + 1, "all, ten alone, and the others together");
}

#[tokio::test]
async fn what_is_about_nobody_in_particular_is_not_offered_to_each_alone() {
    for (refusal, word) in [
        ("550 Connection frequency limited", "throttled"),
        ("550 MI:STC 163 smtp3", "quota"),
        ("530 5.7.0 Authentication required", "misconfigured"),
        ("451 4.3.0 later", "transient"),
    ] {
        let fake = ScriptedServer::start(when(".", ScriptedAnswer::Say(refusal))).await;
        check(notify(&email(&fake, |_| {})).await, word, refusal);
        assert_eq!(fake.said("DATA"), 1, "{refusal}");
    }
}

#[tokio::test]
async fn whoever_got_the_mail_alone_is_not_sent_it_again_when_the_next_ones_fail() {
    use ScriptedAnswer::{HangUp, KeepAndHangUp, Say};
    // All are refused together, the first gets it, and then the server fails.
    for answer in [HangUp, KeepAndHangUp, Say("451 4.3.0 later"), Say("550 Ip frequency limited"), Say("完")]
    {
        let ends = AtomicUsize::new(0);
        let script = move |cue: ClientLine<'_>| match (cue.line, ends.load(Ordering::Relaxed)) {
            (".", 0) => {
                ends.store(1, Ordering::Relaxed);
                Say("550 5.7.1 not allowed")
            }
            (".", 1) => {
                ends.store(2, Ordering::Relaxed);
                ScriptedAnswer::Usual
            }
            (".", _) => answer,
            (_, _) => ScriptedAnswer::Usual,
        };
        let fake = ScriptedServer::start(script).await;
        let receipt = notify(&email(&fake, |_| {})).await.unwrap();
        assert_eq!(receipt.refused, [], "{answer:?}");
        assert_eq!(names(&receipt.deferred), ["b@example.com", "c@example.com"], "{answer:?}");
        assert_eq!(fake.mails()[0].to, ["a@example.com"]);
    }
}

#[tokio::test]
async fn a_later_attempt_begins_with_another_recipient() {
    let fake = ScriptedServer::start(|_| ScriptedAnswer::Usual).await;
    let email = email(&fake, |_| {});
    for ordinal in 1..=5 {
        let attempt = Attempt { ordinal, ..attempt() };
        email.notify(&notification(Severity::High, Why::Started), &attempt).await.unwrap();
    }
    let first: Vec<_> = fake.mails().into_iter().map(|mail| mail.to[0].clone()).collect();
    assert_eq!(first, ["a@example.com", "a@example.com", "b@example.com", "c@example.com", "a@example.com"]);
}

/// A server that takes `limit` recipients in one mail and answers each more with `refusal`.
async fn takes_in_one_mail(limit: usize, refusal: &'static str) -> ScriptedServer {
    let named = AtomicUsize::new(0);
    ScriptedServer::start(move |cue: ClientLine<'_>| {
        if cue.line.starts_with("MAIL") {
            named.store(0, Ordering::Relaxed);
        }
        let is_refused = cue.line.starts_with("RCPT") && named.fetch_add(1, Ordering::Relaxed) >= limit;
        if is_refused { ScriptedAnswer::Say(refusal) } else { ScriptedAnswer::Usual }
    })
    .await
}

#[tokio::test]
async fn recipients_beyond_what_one_mail_may_have_get_the_next_one() {
    let five = to(&["a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"]);
    for refusal in [
        "550 5.5.3 too many recipients",
        "550 5.5.3",
        "552 5.5.3 Too many",
        "452 4.5.3 too many recipients",
        "451 4.5.3 Error: too many recipients",
        "554 Too many recipients",
        "550 RP:RCL 163 smtp5",
        "550-5.5.3 Too many\r\n550 5.5.3 recipients",
        "556 too many RCPT",
    ] {
        let fake = takes_in_one_mail(2, refusal).await;
        let receipt = notify(&email(&fake, &five)).await.unwrap();
        assert_eq!((receipt.refused, receipt.deferred), (vec![], vec![]), "{refusal}");
        let sizes: Vec<_> = fake.mails().iter().map(|mail| mail.to.len()).collect();
        assert_eq!((sizes, served(&fake).len()), (vec![2, 2, 1], 5), "{refusal}");
        assert_eq!(fake.connections(), 1, "{refusal}");
    }
}

#[tokio::test]
async fn too_many_recipients_said_at_the_end_of_the_mail_get_one_each() {
    for (said, refusal) in [("DATA", "452 4.5.3 too many recipients"), (".", "554 5.5.3 too many recipients")]
    {
        let named = AtomicUsize::new(0);
        let script = move |cue: ClientLine<'_>| {
            if cue.line.starts_with("MAIL") {
                named.store(0, Ordering::Relaxed);
            }
            named.fetch_add(usize::from(cue.line.starts_with("RCPT")), Ordering::Relaxed);
            let is_refused = cue.line == said && named.load(Ordering::Relaxed) > 1;
            if is_refused { ScriptedAnswer::Say(refusal) } else { ScriptedAnswer::Usual }
        };
        let fake = ScriptedServer::start(script).await;
        let receipt = notify(&email(&fake, |_| {})).await.unwrap();
        assert_eq!((receipt.refused, receipt.deferred), (vec![], vec![]));
        assert_eq!(served(&fake), ["a@example.com", "b@example.com", "c@example.com"]);
    }
}

/// A server that takes `pause` for its answer about each recipient.
async fn slow_about_recipients(pause: Duration) -> ScriptedServer {
    ScriptedServer::start(move |cue: ClientLine<'_>| {
        if cue.line.starts_with("RCPT") { ScriptedAnswer::Late(pause) } else { ScriptedAnswer::Usual }
    })
    .await
}

#[tokio::test]
async fn a_server_that_is_slow_about_each_of_forty_recipients_serves_them_all_in_a_few_attempts() {
    // As one second each in a minute.
    let fake = slow_about_recipients(TIMEOUT / 60).await;
    let many = |config: &mut Value| {
        config["to"] = json!((0..40).map(|number| format!("n{number}@example.com")).collect::<Vec<_>>());
    };
    let email = email(&fake, many);
    let (mut only, mut ordinal) = (None, 1);
    loop {
        let attempt = Attempt { ordinal, only, ..attempt() };
        let receipt = email.notify(&notification(Severity::High, Why::Started), &attempt).await.unwrap();
        assert_eq!(receipt.refused, []);
        if receipt.deferred.is_empty() {
            break;
        }
        assert!(ordinal < 8, "each attempt serves as many as it can: {receipt:?}");
        only = Some(receipt.deferred.into_iter().map(|it| it.recipient).collect());
        ordinal += 1;
    }
    let served = served(&fake);
    let once: std::collections::BTreeSet<_> = served.iter().collect();
    assert_eq!((served.len(), once.len()), (40, 40), "each of them once");
}

#[tokio::test]
async fn what_a_tired_connection_says_of_a_recipient_before_it_ends_is_not_the_last_word_on_him() {
    let mails = AtomicUsize::new(0);
    let script = move |cue: ClientLine<'_>| {
        mails.fetch_add(usize::from(cue.line.starts_with("MAIL")), Ordering::Relaxed);
        match (cue.connection, mails.load(Ordering::Relaxed), cue.line) {
            (1, 2, "RCPT TO:<a@example.com>") => ScriptedAnswer::Say("550 5.7.1 enough"),
            (1, 2, "RCPT TO:<b@example.com>") => ScriptedAnswer::HangUp,
            (_, _, _) => ScriptedAnswer::Usual,
        }
    };
    let fake = ScriptedServer::start(script).await;
    let email = email(&fake, |_| {});
    notify(&email).await.unwrap();
    let receipt = notify(&email).await.unwrap();
    assert_eq!((receipt.refused, receipt.deferred), (vec![], vec![]));
    assert_eq!(fake.mails()[1].to.len(), 3);
}
