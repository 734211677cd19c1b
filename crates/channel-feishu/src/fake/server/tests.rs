use fanfare_sandbox::header::CONTENT_TYPE;
use fanfare_sandbox::{Bytes, HeaderMap, Method, ProviderVerdict, SeenMessage};
use jiff::SignedDuration;
use serde_json::Value;

use super::*;

/// The time, secret and signature of the vector F1.
const F1_SECONDS: i64 = 1_716_283_459;
const F1_SECRET: &str = "dGhpcyBpcyBhIGtleQ==";
const F1_SIGN: &str = "8EyY+xxfJvzWjZQpdc2mgvQFaG7lF5nbxl7RITyMkJU=";

/// A group with one bot, whose token is `t`.
struct FeishuGroup {
    feishu: FakeFeishu,
    journal: SandboxJournal,
    now: Timestamp,
}

impl FeishuGroup {
    fn new(settings: &[(&str, &str)]) -> Self {
        Self::with(settings, FeishuRules::default())
    }

    fn with(settings: &[(&str, &str)], rules: FeishuRules) -> Self {
        let mut feishu = FakeFeishu::new(rules);
        let all = [("token", "t")].into_iter().chain(settings.iter().copied());
        feishu.add("ops", &AccountSettings::new(all)).unwrap();
        let now = Timestamp::from_second(F1_SECONDS).unwrap();
        Self { feishu, journal: SandboxJournal::default(), now }
    }

    fn call(&mut self, method: Method, token: &str, content_type: &str, body: &[u8]) -> (u16, Value) {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())]);
        let (path, body) = (format!("{PATH}{token}"), Bytes::copy_from_slice(body));
        let request = ProviderRequest::new(method, &path, "", headers, [203, 0, 113, 7].into(), body);
        let answer = self.feishu.answer(&request, &mut self.journal, self.now);
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }

    fn post(&mut self, body: &Value) -> i64 {
        let (_, reply) = self.call(Method::POST, "t", "application/json", body.to_string().as_bytes());
        reply["code"].as_i64().unwrap()
    }

    fn last(&self) -> SeenMessage {
        self.journal.messages().pop().unwrap()
    }
}

fn text(text: &str) -> Value {
    json!({"msg_type": "text", "content": {"text": text}})
}

fn signed(timestamp: impl Into<Value>, sign: &str) -> Value {
    json!({"timestamp": timestamp.into(), "sign": sign, "msg_type": "text", "content": {"text": "hot"}})
}

#[test]
fn success_has_the_present_or_the_older_form() {
    let (status, reply) =
        FeishuGroup::new(&[]).call(Method::POST, "t", "application/json", text("hot").to_string().as_bytes());
    assert_eq!((status, &reply["code"], &reply["StatusCode"]), (200, &json!(0), &json!(0)));
    let rules = FeishuRules { success: SuccessForm::Legacy, ..FeishuRules::default() };
    let (_, reply) = FeishuGroup::with(&[], rules).call(
        Method::POST,
        "t",
        "application/json",
        text("hot").to_string().as_bytes(),
    );
    assert_eq!((reply.get("code"), &reply["StatusCode"]), (None, &json!(0)));
}

#[test]
fn a_request_of_the_wrong_form_is_a_bad_request_with_http_400() {
    let mut group = FeishuGroup::new(&[]);
    for (method, content_type, body) in [
        (Method::GET, "application/json", "{}"),
        (Method::POST, "application/x-www-form-urlencoded", "a=b"),
        (Method::POST, "application/json", "{"),
        (Method::POST, "application/json", "[]"),
    ] {
        let (status, reply) = group.call(method, "t", content_type, body.as_bytes());
        assert_eq!((status, &reply["code"]), (400, &json!(9499)), "{body}");
    }
}

#[test]
fn an_unknown_token_is_refused_with_http_200() {
    let mut group = FeishuGroup::new(&[]);
    let (status, reply) =
        group.call(Method::POST, "other", "application/json", text("hot").to_string().as_bytes());
    assert_eq!((status, &reply["code"]), (200, &json!(19001)));
    assert_eq!(group.last().target, "unknown");
}

#[test]
fn a_signature_is_that_of_feishu_in_seconds_and_in_the_body() {
    let mut group = FeishuGroup::new(&[("secret", F1_SECRET)]);
    assert_eq!(group.post(&signed(F1_SECONDS.to_string(), F1_SIGN)), 0);
    assert_eq!(group.post(&text("hot")), 19_021, "none");
    assert_eq!(group.post(&signed((F1_SECONDS * 1000).to_string(), F1_SIGN)), 19_021, "milliseconds");
    let dingtalks = "3BWdjQHZMX4/CIYl7owzVxhehnLfrlh+ZlT/+Y1uzvE=";
    assert_eq!(group.post(&signed(F1_SECONDS.to_string(), dingtalks)), 19_021);
}

#[test]
fn a_signature_is_good_for_an_hour_either_way() {
    for (off, code) in [(3600, 0), (3601, 19_021), (-3600, 0), (-3601, 19_021)] {
        let mut group = FeishuGroup::new(&[("secret", F1_SECRET)]);
        group.now += SignedDuration::from_secs(off);
        assert_eq!(group.post(&signed(F1_SECONDS.to_string(), F1_SIGN)), code, "{off}");
    }
}

#[test]
fn a_type_is_written_as_feishu_writes_it() {
    let mut group = FeishuGroup::new(&[]);
    for body in [
        json!({"msgtype": "text", "content": {"text": "hot"}}),
        json!({"msg_type": "markdown", "content": {"text": "hot"}}),
        json!({"msg_type": "text", "text": {"content": "hot"}}),
        json!({"msg_type": "text", "content": {"text": " "}}),
        json!({"msg_type": "interactive", "content": {"elements": []}}),
        json!({"msg_type": "interactive", "card": {"schema": "2.0", "elements": [{"tag": "markdown", "content": "x"}]}}),
        json!({"msg_type": "post", "content": {"post": {"en_us": {"content": [["x"]]}}}}),
    ] {
        assert_eq!(group.post(&body), 19_002, "{body}");
    }
}

#[test]
fn a_keyword_must_stand_in_what_people_see() {
    let mut group = FeishuGroup::new(&[("keyword", "alarm")]);
    assert_eq!(group.post(&text("hot")), 19_024);
    assert_eq!(group.post(&text("alarm: hot")), 0);
    let in_a_link = json!({"msg_type": "post", "content": {"post": {"en_us": {"title": "hot", "content": [[
        {"tag": "a", "text": "here", "href": "https://alarm.example"}]]}}}});
    assert_eq!(group.post(&in_a_link), 19_024);
}

#[test]
fn an_address_that_is_not_in_the_list_is_named() {
    let mut group = FeishuGroup::new(&[("allowed_address", "198.51.100.0/24")]);
    assert_eq!(group.post(&text("hot")), 19_022);
    let ProviderVerdict::Refused { words, .. } = group.last().verdict else { panic!() };
    assert_eq!(words, "Ip Not Allowed: 203.0.113.7");
}

#[test]
fn a_body_has_twenty_thousand_bytes_at_most() {
    let mut group = FeishuGroup::new(&[]);
    let room = 20_000 - text("").to_string().len();
    assert_eq!(group.post(&text(&"x".repeat(room))), 0);
    assert_eq!(group.post(&text(&"x".repeat(room + 1))), 9_499);
    let rules = FeishuRules { too_long_code: 19_036, ..FeishuRules::default() };
    assert_eq!(FeishuGroup::with(&[], rules).post(&text(&"x".repeat(room + 1))), 19_036);
}

#[test]
fn five_a_second_and_a_hundred_a_minute_are_taken() {
    let mut group = FeishuGroup::new(&[]);
    for sent in 0..100 {
        assert_eq!(group.post(&text("hot")), 0, "{sent}");
        if sent % 5 == 4 {
            assert_eq!(group.post(&text("hot")), 11_232, "the sixth of a second");
            group.now += SignedDuration::from_secs(1);
        }
    }
    assert_eq!(group.post(&text("hot")), 11_232, "the hundred and first of a minute");
    assert!(!group.journal.violations().is_empty());
    group.now += SignedDuration::from_secs(41);
    assert_eq!(group.post(&text("hot")), 0);
}

#[test]
fn people_are_called_by_their_ids_and_by_no_number() {
    let mut group = FeishuGroup::new(&[("member", "ou_1")]);
    group.post(&text("hot <at user_id=\"ou_1\">Zhang</at> <at user_id=\"ou_2\"></at> @13800000000"));
    assert_eq!(group.last().shown.mentioned, ["ou_1"]);
    let card = json!({"msg_type": "interactive", "card": {"schema": "2.0",
        "header": {"title": {"tag": "plain_text", "content": "Title"}},
        "body": {"elements": [{"tag": "markdown", "content": "over&#95;temp &lt;at id=ou_1&gt; <at id=all></at>"}]}}});
    assert_eq!(group.post(&card), 0);
    let shown = group.last().shown;
    assert_eq!((shown.title.as_str(), shown.mentioned), ("Title", vec!["@all".to_owned()]));
    assert_eq!(shown.text, "over_temp <at id=ou_1> <at id=all></at>");
}
