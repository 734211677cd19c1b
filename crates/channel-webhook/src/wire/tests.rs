use fanfare_http_channel::{Client, HttpSettings};
use fanfare_testkit::{FakeHttp, NOON, Reaction};

use super::*;

async fn read(status: &'static str, headers: &'static str, body: &'static str) -> Result<Receipt, SendError> {
    let fake = FakeHttp::serve(move |_| Reaction::answer(status, headers, body)).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    outcome(&client.post_json("/hook", &[], &"a message", NOON).await?)
}

#[tokio::test]
async fn a_2xx_is_a_delivery_whatever_its_body() {
    for body in
        ["", "ok", "<html>", "{}", "[]", r#"{"errcode":0}"#, r#"{"errcode":"1"}"#, r#"{"errcode":null}"#]
    {
        read("200 OK", "", body).await.unwrap_or_else(|err| panic!("{body}: {err}"));
    }
    assert_eq!(read("202 Accepted", "", "queued").await.unwrap().words, "HTTP 202: queued");
    assert_eq!(read("204 No Content", "", "").await.unwrap().words, "HTTP 204: (empty)");
}

#[tokio::test]
async fn a_numeric_errcode_other_than_zero_is_no_delivery() {
    for body in [
        r#"{"errcode":1,"errmsg":"no such group"}"#,
        r#"{"errcode":-1}"#,
        r#"{"errcode":0.5}"#,
        r#"{"errcode":18446744073709551615}"#,
        " \n{\"errmsg\":\"no such group\",\"errcode\":1}\n",
        "\u{feff}{\"errcode\":1}",
    ] {
        let err = read("200 OK", "", body).await.unwrap_err();
        assert_eq!(err.word(), "transient", "{body}");
        assert!(err.to_string().contains("errcode"), "its words are kept: {err}");
    }
}

#[tokio::test]
async fn any_other_status_is_no_delivery() {
    assert_eq!(read("410 Gone", "", "").await.unwrap_err().word(), "misconfigured");
    assert_eq!(read("422 Unprocessable Content", "", "").await.unwrap_err().word(), "unsendable");
    assert_eq!(
        read("307 Temporary Redirect", "Location: /x\r\n", "").await.unwrap_err().word(),
        "misconfigured"
    );
}

#[tokio::test]
async fn a_receiver_that_asks_for_silence_gets_it() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let SendError::Throttled { retry_after, .. } =
            read(status, "Retry-After: 9\r\n", "").await.unwrap_err()
        else {
            panic!("{status}")
        };
        assert_eq!(retry_after.as_secs(), 9);
    }
}
