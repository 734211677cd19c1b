//! The bot against its fake: taken messages, and faults.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::time::Duration;

use channel_feishu::{Feishu, FeishuConfig};
use fanfare_core::{Channel, Context, Locale, Notifier, Receipt, Secret, SendError, Severity, Why};
use fanfare_sandbox::{FakeAccount, Fault, FaultSwitch, HasFake};
use fanfare_testkit::{NOON, TestSandbox, attempt, digest, notification};

const TOKEN: &str = "0f8c4a2b-a-token-of-a-bot";
const SECRET: &str = "a-secret-of-a-bot";

/// A sandbox with one bot, at noon.
async fn sandbox() -> TestSandbox {
    TestSandbox::start_at(NOON, vec![Feishu::fake()], []).await
}

/// The channel of the bot, as `--sandbox` makes it of its settings.
fn bot(sandbox: &TestSandbox) -> Feishu {
    let config = FeishuConfig {
        secret: Some(Secret::new(SECRET)),
        keyword: Some("alarm".to_owned()),
        ..FeishuConfig::new(Secret::new(TOKEN))
    };
    let (config, account) = Feishu::into_sandbox(config, &sandbox.doors());
    sandbox.sandbox.add(&FakeAccount::new(account.kind, account.settings.clone()).named("bot")).unwrap();
    let context =
        Context { name: "bot".into(), locale: Locale::default(), timeout: Duration::from_millis(500) };
    Feishu::build(config, context).unwrap()
}

async fn send(bot: &Feishu) -> Result<Receipt, SendError> {
    bot.notify(&notification(Severity::Urgent, Why::Started), &attempt()).await
}

#[tokio::test]
async fn a_message_and_a_digest_are_taken_and_shown_as_they_were_meant() {
    let sandbox = sandbox().await;
    let bot = bot(&sandbox);
    send(&bot).await.unwrap();
    bot.digest(&digest(3), &attempt()).await.unwrap();
    let [message, gathered] = sandbox.delivered().try_into().unwrap();
    assert_eq!(message.shown.title, "[URGENT] Temperature too high - Cold room 3");
    assert!(message.shown.text.contains("over_temp") && message.shown.text.contains("alarm"), "{message:?}");
    assert!(gathered.shown.title.starts_with("[URGENT] 3 alerts"), "{gathered:?}");
    assert!(sandbox.sandbox.violations().is_empty());
}

#[tokio::test]
async fn whatever_fails_on_the_way_is_called_what_it_is_and_shows_no_secret() {
    let sandbox = sandbox().await;
    let bot = bot(&sandbox);
    let errcode = |code, words: &str| Fault::Errcode { code, words: words.to_owned() };
    let cases = [
        (Fault::Close, "unanswered"),
        (Fault::Hang, "unanswered"),
        (Fault::Reset, "unanswered"),
        (Fault::ResetBeforeStoring, "unanswered"),
        (Fault::Late { millis: 900 }, "unanswered"),
        (Fault::html_in_200(), "unanswered"),
        (Fault::empty_body(), "unanswered"),
        (Fault::garbage_json(), "unanswered"),
        (errcode(9499, "too many request"), "throttled"),
        (errcode(11232, "frequency limited"), "throttled"),
        (errcode(19001, "access token invalid"), "misconfigured"),
        (errcode(19022, "Ip Not Allowed"), "misconfigured"),
        (errcode(19024, "Key Words Not Found"), "unsendable"),
        (errcode(2200, "internal error"), "transient"),
    ];
    for (fault, expected) in cases {
        let named = format!("{fault:?}");
        sandbox.fault_once("bot", fault);
        let err = send(&bot).await.expect_err(&named);
        assert_eq!(err.word(), expected, "{named}: {err}");
        let shown = format!("{err} {err:?} {bot:?}");
        assert!(!shown.contains(TOKEN) && !shown.contains(SECRET), "{named}: {shown}");
    }
    send(&bot).await.unwrap();
}

#[tokio::test]
async fn a_machine_whose_clock_is_off_signs_with_feishus() {
    let sandbox = sandbox().await;
    let bot = bot(&sandbox);
    sandbox.sandbox.set_fault("bot", FaultSwitch::always(Fault::ClockOff { seconds: 7200 })).unwrap();
    assert_eq!(send(&bot).await.unwrap_err().word(), "transient");
    let says = send(&bot).await.unwrap().words;
    assert!(says.ends_with("this machine's clock is 2 h 0 min behind"), "{says}");
}
