use fanfare_testkit::{FakeHttp, NOON, Reaction};

use super::*;
use crate::{Client, HttpSettings};

/// The result of a POST if the other side answers like this.
async fn posted(status: &str, headers: &str, body: &str) -> Result<serde_json::Value, SendError> {
    let reaction = Reaction::answer(status, headers, body);
    let fake = FakeHttp::serve(move |_| reaction.clone()).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    let answer = client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await?;
    answer.reply()
}

async fn check_status(status: &str, expected: &str) {
    let err = posted(status, "", "{}").await.unwrap_err();
    assert_eq!(err.word(), expected, "{status}");
}

async fn check_silence(header: &str, expected_seconds: u64) {
    let err = posted("429 Too Many Requests", header, "").await.unwrap_err();
    let SendError::Throttled { retry_after, .. } = err else { panic!("{err:?}") };
    assert_eq!(retry_after, Duration::from_secs(expected_seconds), "{header}");
}

#[tokio::test]
async fn a_2xx_with_json_is_for_the_channel_to_read() {
    assert_eq!(posted("200 OK", "", r#"{"errcode":1}"#).await, Ok(serde_json::json!({ "errcode": 1 })));
}

#[tokio::test]
async fn a_server_in_trouble_may_recover() {
    for status in
        ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "408 Request Timeout"]
    {
        check_status(status, "transient").await;
    }
}

#[tokio::test]
async fn a_request_in_clear_text_to_a_server_that_wants_tls_is_a_wrong_address() {
    // As nginx, Go's and Apache's servers word it.
    for words in [
        "<center>The plain HTTP request was sent to HTTPS port</center>",
        "Client sent an HTTP request to an HTTPS server.\n",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
    ] {
        let err = posted("400 Bad Request", "", words).await.unwrap_err();
        assert_eq!(err.word(), "misconfigured", "{err}");
        assert!(err.to_string().contains("must begin with https://"), "{err}");
    }
}

#[tokio::test]
async fn a_server_that_says_for_how_long_it_is_away_is_left_alone_for_so_long() {
    let err = posted("503 Service Unavailable", "Retry-After: 7\r\n", "").await.unwrap_err();
    let SendError::Throttled { retry_after, .. } = err else { panic!("{err:?}") };
    assert_eq!(retry_after, Duration::from_secs(7));
}

#[tokio::test]
async fn where_the_status_is_the_word_any_2xx_is_a_delivery_and_nothing_else() {
    let accepted = async |status: &'static str| {
        let fake = FakeHttp::serve(move |_| Reaction::answer(status, "", "")).await;
        let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
        client.post_json("/send", &[], &"a message", NOON).await.unwrap().accepted()
    };
    assert_eq!(accepted("204 No Content").await, Ok(()));
    assert_eq!(accepted("410 Gone").await.unwrap_err().word(), "misconfigured");
    assert_eq!(accepted("302 Found").await.unwrap_err().word(), "misconfigured");
}

#[tokio::test]
async fn a_gateway_that_heard_nothing_may_have_passed_the_message_on() {
    check_status("504 Gateway Timeout", "unanswered").await;
}

#[tokio::test]
async fn a_refused_address_is_for_a_person_to_mend() {
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "407 Proxy Authentication Required"]
    {
        check_status(status, "misconfigured").await;
    }
}

#[tokio::test]
async fn a_refused_message_is_not_sent_again_as_it_is() {
    for status in ["400 Bad Request", "413 Content Too Large", "422 Unprocessable Content"] {
        check_status(status, "unsendable").await;
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_a_secret() {
    let fake = FakeHttp::serve(|request| {
        Reaction::answer("302 Found", &format!("Location: {}&again\r\n", request.target), "")
    })
    .await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    let answer = client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await.unwrap();
    let err = answer.reply::<serde_json::Value>().unwrap_err();
    assert_eq!(err.word(), "misconfigured");
    assert_eq!(fake.posts(), 1);
}

#[tokio::test]
async fn retry_after_is_read_in_seconds_and_as_a_date() {
    check_silence("Retry-After: 120\r\n", 120).await;
    check_silence("Retry-After: Sun, 08 Mar 2026 12:05:00 GMT\r\n", 300).await;
    // "A recipient … MUST accept all three": the obsolete forms of RFC 850 and of asctime.
    check_silence("Retry-After: Sunday, 08-Mar-26 12:05:00 GMT\r\n", 300).await;
    check_silence("Retry-After: Sun Mar  8 12:05:00 2026\r\n", 300).await;
    check_silence("Retry-After: Sun, 08 Mar 2026 20:05:00 +0800\r\n", 300).await;
}

#[tokio::test]
async fn a_date_until_which_to_be_silent_is_by_the_clock_of_who_names_it() {
    let dates = "Date: Sun, 08 Mar 2026 15:00:00 GMT\r\nRetry-After: Sun, 08 Mar 2026 15:05:00 GMT\r\n";
    check_silence(dates, 300).await;
}

#[tokio::test]
async fn a_refused_post_is_not_repeated_at_once_whatever_the_header_says() {
    check_silence("Retry-After: 0\r\n", 1).await;
    check_silence("Retry-After: 1\r\n", 1).await;
    check_silence("Retry-After: Sun, 08 Mar 2026 11:00:00 GMT\r\n", 1).await;
}

#[tokio::test]
async fn an_odd_retry_after_silences_nobody_for_good() {
    check_silence("Retry-After: 99999999999\r\n", 3600).await;
    check_silence("Retry-After: 99999999999999999999999\r\n", 3600).await;
    check_silence("Retry-After: soon\r\n", 60).await;
    check_silence("Retry-After: -5\r\n", 60).await;
    check_silence("", 60).await;
}

#[tokio::test]
async fn an_answer_without_end_is_read_up_to_its_bound_and_quoted_shortly() {
    let err = posted("200 OK", "", &"x".repeat(1_000_000)).await.unwrap_err();
    assert_eq!(err.word(), "unanswered");
    assert!(err.to_string().len() < 400, "{err}");
}

#[tokio::test]
async fn a_secret_is_blanked_in_what_the_other_side_says() {
    let fake = FakeHttp::serve(|it| Reaction::json(&format!(r#"{{"errmsg":"bad {}"}}"#, it.target))).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    let answer = client.post_json("/send", &[("key", "a/secret+key")], &"a message", NOON).await.unwrap();
    assert_eq!(answer.quote(), r#"{"errmsg":"bad /send?key=***"}"#);
    assert_eq!(answer.blanked(answer.body()), answer.quote());
}

#[tokio::test]
async fn an_answer_is_read_as_it_came_and_shown_without_secrets() {
    let answer =
        answer("200 OK", r#"{"errcode":0,"token":"a-secret-key-of-yours","errmsg":"a-secret-key"}"#).await;
    let reply: serde_json::Value = answer.reply().unwrap();
    assert_eq!(reply["token"], "a-secret-key-of-yours");
    assert_eq!(answer.blanked(reply["errmsg"].as_str().unwrap()), "***");
    assert!(!answer.quote().contains("a-secret-key") && !format!("{answer:?}").contains("a-secret-key"));

    // A secret that is cut in half is still one.
    let answer = self::answer("500 Oh", &format!("{}a-secret-key", "x".repeat(195))).await;
    let err = answer.accepted().unwrap_err().to_string();
    assert!(!err.contains("a-sec"), "{err}");
}

async fn answer(status: &'static str, body: &str) -> Answer {
    let reaction = Reaction::answer(status, "", body);
    let fake = FakeHttp::serve(move |_| reaction.clone()).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    client.post_json("/send", &[("key", "a-secret-key")], &"a message", NOON).await.unwrap()
}

#[tokio::test]
async fn no_secret_of_a_client_is_shown_though_the_request_has_none() {
    let body = r#"{"errcode":0,"msgid":"a-corp-secret"}"#;
    let fake = FakeHttp::serve(move |_| Reaction::answer("200 OK", "", body)).await;
    let secret = fanfare_core::Secret::new("a-corp-secret");
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap().with_secrets([&secret]);
    let answer = client.post_json("/send", &[], &"a message", NOON).await.unwrap();
    assert_eq!(answer.quote(), r#"{"errcode":0,"msgid":"***"}"#);
}
