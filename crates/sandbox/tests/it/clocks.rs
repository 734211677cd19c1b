//! The clocks of the providers.

use fanfare_sandbox::{Fault, FaultSwitch};
use fanfare_testkit::{D1_MILLIS, raw_exchange, raw_request};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::client::{D1_SIGN, Fakes};

const ROBOT: &str = "/robot/send?access_token=robot-token";
const BOT: &str = "/cgi-bin/webhook/send?key=bot-key";

/// The time of the vector D1, as `date -u -d @1577262236` has it.
const D1_DATE: &str = "wed, 25 dec 2019 08:23:56 gmt";

const HOUR: i64 = 3_600;

fn text() -> Value {
    json!({"msgtype": "text", "text": {"content": "hot"}})
}

fn signed() -> String {
    format!("/robot/send?access_token=signed&timestamp={D1_MILLIS}&sign={D1_SIGN}")
}

fn clock_off(seconds: i64) -> FaultSwitch {
    FaultSwitch::always(Fault::ClockOff { seconds })
}

#[tokio::test]
async fn every_answer_says_what_time_it_is_in_the_sandbox() {
    let fakes = Fakes::start().await;
    let elsewhere =
        ["/sandbox/messages", "/elsewhere", "/cgi-bin/gettoken?corpid=corp&corpsecret=app-secret"];
    for target in elsewhere {
        assert_eq!(fakes.get(target).await.header("date"), Some(D1_DATE), "{target}");
    }
    for fault in [Fault::status(503), Fault::Errcode { code: -1, words: String::new() }, Fault::Punish] {
        fakes.sandbox.set_fault("robot", FaultSwitch::times(fault, 1)).unwrap();
        assert_eq!(fakes.post(ROBOT, &text()).await.header("date"), Some(D1_DATE));
    }
    fakes.wait(SignedDuration::from_hours(1));
    assert_eq!(fakes.post(ROBOT, &text()).await.header("date"), Some("wed, 25 dec 2019 09:23:56 gmt"));
}

#[tokio::test]
async fn a_request_that_is_too_large_is_told_the_time_too() {
    let fakes = Fakes::start().await;
    let announced = 22 * 1024 * 1024;
    let mut too_large = raw_request("POST", ROBOT, &vec![b' '; announced]);
    // One byte more than the sandbox reads: nothing is left on the way when it answers.
    too_large.truncate(too_large.len() - 1024 * 1024 + 1);
    let answer = raw_exchange(fakes.sandbox.http_address(), &too_large).await.unwrap();
    assert_eq!((answer.status, answer.header("date")), (413, Some(D1_DATE)));
}

#[tokio::test]
async fn a_signature_is_judged_by_the_providers_clock() {
    let check = async |seconds, errcode, date| {
        let fakes = Fakes::start().await;
        fakes.sandbox.set_fault("signed", clock_off(seconds)).unwrap();
        let answer = fakes.post(&signed(), &text()).await;
        assert_eq!((answer.errcode(), answer.header("date")), (Some(errcode), Some(date)), "{seconds}");
    };
    check(HOUR, 0, "wed, 25 dec 2019 09:23:56 gmt").await;
    check(HOUR + 1, 310_000, "wed, 25 dec 2019 09:23:57 gmt").await;
    check(-HOUR, 0, "wed, 25 dec 2019 07:23:56 gmt").await;
    check(-HOUR - 1, 310_000, "wed, 25 dec 2019 07:23:55 gmt").await;
}

#[tokio::test]
async fn each_provider_has_a_clock_of_its_own() {
    let fakes = Fakes::start().await;
    fakes.sandbox.set_fault("robot", clock_off(-86_400)).unwrap();
    let date = async |target| fakes.post(target, &text()).await.header("date").map(str::to_owned);
    assert_eq!(date(ROBOT).await.as_deref(), Some("tue, 24 dec 2019 08:23:56 gmt"));
    assert_eq!(date(BOT).await.as_deref(), Some(D1_DATE));
    assert_eq!(fakes.get("/sandbox/messages").await.header("date"), Some(D1_DATE));
    // The record keeps the right time.
    let times: Vec<_> = fakes.delivered().iter().map(|it| it.time.as_millisecond()).collect();
    assert_eq!(times, [D1_MILLIS, D1_MILLIS]);
}

#[tokio::test]
async fn a_clock_can_be_off_beside_other_faults() {
    let fakes = Fakes::start().await;
    let both = br#"[{"fault": {"clock_off": {"seconds": 3600}}}, {"fault": {"answer": {"status": 503}}, "times": 1}]"#;
    let put = fakes.request("PUT", "/sandbox/faults/robot", both).await.unwrap();
    assert_eq!(put.status, 200);
    for status in [503, 200] {
        let answer = fakes.post(ROBOT, &text()).await;
        assert_eq!((answer.status, answer.header("date")), (status, Some("wed, 25 dec 2019 09:23:56 gmt")));
    }
}
