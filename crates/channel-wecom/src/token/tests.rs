use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use fanfare_http_channel::HttpSettings;
use fanfare_testkit::{FakeHttp, NOON, Reaction, SeenRequest};
use futures_util::future::join_all;
use jiff::ToSpan;

use super::*;

const SECRET: &str = "a-secret-of-an-app";

/// A provider whose n-th answer, counted from 1, is `answer(n)`.
async fn provider(answer: impl Fn(usize) -> Reaction + Send + Sync + 'static) -> FakeHttp {
    let asked = AtomicUsize::new(0);
    FakeHttp::serve(move |_: &SeenRequest| answer(asked.fetch_add(1, Ordering::SeqCst) + 1)).await
}

/// The n-th token is `token-n` and lasts for `seconds`.
async fn tokens_lasting(seconds: u64) -> FakeHttp {
    provider(move |n| {
        Reaction::json(&format!(
            r#"{{"errcode":0,"errmsg":"ok","access_token":"token-{n}","expires_in":{seconds}}}"#
        ))
    })
    .await
}

fn tokens(fake: &FakeHttp) -> Tokens {
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    Tokens::new(
        client,
        "ww1".to_owned(),
        Secret::new(SECRET),
        WeComHints::in_language(fanfare_core::Language::En),
    )
}

fn refusal(errcode: i64) -> Reaction {
    Reaction::json(&format!(r#"{{"errcode":{errcode},"errmsg":"invalid credential"}}"#))
}

#[tokio::test]
async fn twenty_sends_at_once_fetch_one_token() {
    let fake = tokens_lasting(7200).await;
    let tokens = tokens(&fake);
    let got = join_all((0..20).map(|_| tokens.current(NOON))).await;
    assert!(got.iter().all(|it| it.as_deref() == Ok("token-1")), "{got:?}");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn twenty_sends_that_meet_a_revocation_fetch_one_more() {
    let fake = tokens_lasting(7200).await;
    let tokens = tokens(&fake);
    tokens.current(NOON).await.unwrap();
    let got = join_all((0..20).map(|_| tokens.instead_of("token-1", NOON))).await;
    assert!(got.iter().all(|it| it.as_deref() == Ok("token-2")), "{got:?}");
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn a_token_lives_as_long_as_wecom_says_less_a_margin() {
    let fake = tokens_lasting(600).await;
    let tokens = tokens(&fake);
    let after = |seconds: i64| NOON + seconds.seconds();
    assert_eq!(tokens.current(NOON).await.unwrap(), "token-1");
    assert_eq!(tokens.current(after(479)).await.unwrap(), "token-1");
    assert_eq!(tokens.current(after(480)).await.unwrap(), "token-2");
}

#[tokio::test]
async fn a_token_that_lasts_a_minute_is_still_used_more_than_once() {
    let fake = tokens_lasting(60).await;
    let tokens = tokens(&fake);
    tokens.current(NOON).await.unwrap();
    assert_eq!(tokens.current(NOON + 44.seconds()).await.unwrap(), "token-1");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_wrong_secret_is_tried_once_and_not_again_for_a_minute() {
    let fake = provider(|_| refusal(40_001)).await;
    let tokens = tokens(&fake);
    let got = join_all((0..20).map(|_| tokens.current(NOON))).await;
    assert!(got.iter().all(|it| it.as_ref().is_err_and(|err| err.word() == "misconfigured")), "{got:?}");
    assert!(tokens.current(NOON + 59.seconds()).await.is_err());
    assert_eq!(fake.seen().len(), 1, "an address that tries again and again is banned for an hour");
    assert!(!format!("{got:?}{tokens:?}").contains(SECRET));

    assert!(tokens.current(NOON + 60.seconds()).await.is_err());
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn sends_that_waited_for_a_failed_fetch_share_its_failure() {
    let fake = provider(|_| Reaction::answer("503 Service Unavailable", "", "")).await;
    let tokens = tokens(&fake);
    let got = join_all((0..20).map(|_| tokens.current(NOON))).await;
    assert!(got.iter().all(|it| it.as_ref().is_err_and(|err| err.word() == "transient")), "{got:?}");
    assert_eq!(fake.seen().len(), 1);
    assert!(tokens.current(NOON).await.is_err());
    assert_eq!(fake.seen().len(), 2, "the next one asks anew");
}

#[tokio::test]
async fn an_old_token_is_kept_until_there_is_a_new_one() {
    let fake = provider(|n| match n {
        1 => Reaction::json(r#"{"errcode":0,"access_token":"token-1","expires_in":600}"#),
        _ => Reaction::answer("503 Service Unavailable", "", ""),
    })
    .await;
    let tokens = tokens(&fake);
    tokens.current(NOON).await.unwrap();
    assert_eq!(tokens.current(NOON + 599.seconds()).await.unwrap(), "token-1");
    assert_eq!(tokens.current(NOON + 600.seconds()).await.unwrap_err().word(), "transient");
}

#[tokio::test]
async fn a_refused_token_is_never_offered_again() {
    let fake = provider(|n| match n {
        1 => Reaction::json(r#"{"errcode":0,"access_token":"token-1","expires_in":600}"#),
        _ => refusal(40_001),
    })
    .await;
    let tokens = tokens(&fake);
    tokens.current(NOON).await.unwrap();
    assert_eq!(tokens.instead_of("token-1", NOON).await.unwrap_err().word(), "misconfigured");
}

#[tokio::test]
async fn a_send_that_is_dropped_while_it_fetches_blocks_nobody() {
    let fake = provider(|n| match n {
        1 => Reaction::Hang,
        _ => Reaction::json(r#"{"errcode":0,"access_token":"token-2","expires_in":7200}"#),
    })
    .await;
    let tokens = Arc::new(tokens(&fake));
    let dropped = tokio::spawn({
        let tokens = tokens.clone();
        async move { tokens.current(NOON).await }
    });
    while fake.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    dropped.abort();
    assert_eq!(tokens.current(NOON).await.unwrap(), "token-2");
}

#[tokio::test]
async fn a_token_that_holds_the_secret_is_a_token() {
    let fake = provider(|_| {
        Reaction::json(&format!(
            r#"{{"errcode":0,"errmsg":"{SECRET}","access_token":"{SECRET}-token","expires_in":7200}}"#
        ))
    })
    .await;
    assert_eq!(tokens(&fake).current(NOON).await.unwrap(), format!("{SECRET}-token"));

    let fake =
        provider(|_| Reaction::json(&format!(r#"{{"errcode":40001,"errmsg":"{SECRET} is wrong"}}"#))).await;
    let err = tokens(&fake).current(NOON).await.unwrap_err().to_string();
    assert!(err.contains("*** is wrong") && !err.contains(SECRET), "{err}");
}
