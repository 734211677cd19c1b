//! The webhook against its fake: taken messages, keys, and faults.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::time::Duration;

use channel_webhook::{Webhook, WebhookConfig};
use fanfare_core::{Attempt, Channel, Context, Locale, Notifier, Receipt, Secret, SendError, Severity, Why};
use fanfare_sandbox::{FakeAccount, Fault, FaultSwitch, HasFake};
use fanfare_testkit::{NOON, TestSandbox, attempt, digest, notification};

const URL: &str = "https://hooks.example.com/T0KEN-in-the-path";
const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OLD_KEY: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

async fn sandbox() -> TestSandbox {
    TestSandbox::start_at(NOON, vec![Webhook::fake()], []).await
}

/// The channel with these keys, before a receiver with those of `known`.
fn hook(sandbox: &TestSandbox, keys: &[&str], known: &[&str]) -> Webhook {
    let signing_keys = keys.iter().map(|key| Secret::new(key)).collect();
    let (config, account) = Webhook::into_sandbox(
        WebhookConfig { signing_keys, ..WebhookConfig::new(Secret::new(URL)) },
        &sandbox.doors(),
    );
    let others = account.settings.into_iter().filter(|(name, _)| *name != "signing_key");
    let known = known.iter().map(|key| ("signing_key", (*key).to_owned()));
    sandbox.sandbox.add(&FakeAccount::new("webhook", others.chain(known)).named("hook")).unwrap();
    let context =
        Context { name: "hook".into(), locale: Locale::default(), timeout: Duration::from_millis(500) };
    Webhook::build(config, context).unwrap()
}

async fn send(hook: &Webhook) -> Result<Receipt, SendError> {
    hook.notify(&notification(Severity::Urgent, Why::Started), &attempt()).await
}

#[tokio::test]
async fn a_message_is_taken_once_however_often_it_is_repeated() {
    let sandbox = sandbox().await;
    let hook = hook(&sandbox, &[KEY], &[KEY]);
    send(&hook).await.unwrap();
    hook.notify(&notification(Severity::Urgent, Why::Started), &Attempt { ordinal: 2, ..attempt() })
        .await
        .unwrap();
    let [message] = sandbox.delivered().try_into().unwrap();
    assert_eq!(message.shown.title, "[URGENT] Temperature too high - Cold room 3");
}

#[tokio::test]
async fn a_digest_is_taken() {
    let sandbox = sandbox().await;
    hook(&sandbox, &[], &[]).digest(&digest(3), &attempt()).await.unwrap();
    assert!(sandbox.delivered()[0].shown.title.starts_with("[URGENT] 3 alerts"));
}

#[tokio::test]
async fn while_a_key_is_replaced_a_receiver_that_knows_either_takes_the_message() {
    for known in [KEY, OLD_KEY] {
        let sandbox = sandbox().await;
        send(&hook(&sandbox, &[KEY, OLD_KEY], &[known])).await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_signature_are_refused() {
    for keys in [&[][..], &[OLD_KEY]] {
        let sandbox = sandbox().await;
        let err = send(&hook(&sandbox, keys, &[KEY])).await.unwrap_err();
        assert_eq!(err.word(), "misconfigured", "{err}");
        assert!(sandbox.delivered().is_empty());
    }
}

#[tokio::test]
async fn whatever_fails_on_the_way_is_called_what_it_is_and_shows_no_secret() {
    let sandbox = sandbox().await;
    let hook = hook(&sandbox, &[KEY], &[KEY]);
    let cases = [
        (Fault::Close, "unanswered"),
        (Fault::Hang, "unanswered"),
        (Fault::Reset, "unanswered"),
        (Fault::ResetBeforeStoring, "unanswered"),
        (Fault::Late { millis: 900 }, "unanswered"),
        (Fault::Errcode { code: 7, words: "no such group".to_owned() }, "transient"),
    ];
    for (fault, expected) in cases {
        let named = format!("{fault:?}");
        sandbox.fault_once("hook", fault);
        let err = send(&hook).await.expect_err(&named);
        assert_eq!(err.word(), expected, "{named}: {err}");
        let shown = format!("{err} {err:?} {hook:?}");
        assert!(!shown.contains("/webhook/") && !shown.contains("C2FVsBQI"), "{named}: {shown}");
    }
}

#[tokio::test]
async fn a_machine_whose_clock_is_off_signs_with_the_receivers() {
    let sandbox = sandbox().await;
    let hook = hook(&sandbox, &[KEY], &[KEY]);
    sandbox.sandbox.set_fault("hook", FaultSwitch::always(Fault::ClockOff { seconds: 7200 })).unwrap();
    assert_eq!(send(&hook).await.unwrap_err().word(), "transient");
    let says = send(&hook).await.unwrap().words;
    assert!(says.ends_with("this machine's clock is 2 h 0 min behind"), "{says}");
}
