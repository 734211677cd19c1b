use fanfare_sandbox::header::CONTENT_TYPE;
use fanfare_sandbox::{
    Bytes, HeaderMap, Members, Method, ProviderRequest, ProviderVerdict, SandboxJournal, SeenMessage,
    ViolationKind,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::robot::{DingTalkRobot, RobotStatus};
use super::super::rules::{DingTalkRules, EdgeForm, ErrcodeForm, ErrorLanguage, KeywordScope};
use super::FakeDingTalk;

/// 2019-12-25, the time of the vectors D1 and D2.
const D1_MILLIS: i64 = 1_577_262_236_757;
const D1_SECRET: &str = "this is secret";
const D1_SIGN: &str = "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D";

/// A group with one robot, whose token is `t`.
struct FakeGroup {
    dingtalk: FakeDingTalk,
    journal: SandboxJournal,
    now: Timestamp,
}

impl FakeGroup {
    fn new(robot: DingTalkRobot) -> Self {
        Self::with(robot, DingTalkRules::default())
    }

    fn with(robot: DingTalkRobot, rules: DingTalkRules) -> Self {
        let mut dingtalk = FakeDingTalk::new(rules);
        dingtalk.robots.add("ops", DingTalkRobot { access_token: "t".to_owned(), ..robot });
        let now = Timestamp::from_millisecond(D1_MILLIS).unwrap();
        Self { dingtalk, journal: SandboxJournal::default(), now }
    }

    fn send(&mut self, query: &str, body: &[u8]) -> Value {
        self.call(Method::POST, Some("application/json; charset=utf-8"), query, body)
    }

    fn call(&mut self, method: Method, content_type: Option<&str>, query: &str, body: &[u8]) -> Value {
        let content_type = content_type.map(|it| (CONTENT_TYPE, it.parse().unwrap()));
        let headers = HeaderMap::from_iter(content_type);
        let address = [203, 0, 113, 7].into();
        let body = Bytes::copy_from_slice(body);
        let request = ProviderRequest::new(method, "/robot/send", query, headers, address, body);
        let answer = self.dingtalk.send(&request, &mut self.journal, self.now);
        assert_eq!(answer.status, 200);
        serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body))
    }

    fn post(&mut self, body: &Value) -> i64 {
        self.send("access_token=t", body.to_string().as_bytes())["errcode"].as_i64().unwrap()
    }

    fn last(&self) -> SeenMessage {
        self.journal.messages().pop().unwrap()
    }

    fn wait(&mut self, time: SignedDuration) {
        self.now += time;
    }
}

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

fn markdown(text: &str, at: &Value) -> Value {
    json!({"msgtype": "markdown", "markdown": {"title": "alert", "text": text}, "at": at})
}

fn plain() -> FakeGroup {
    FakeGroup::new(DingTalkRobot::default())
}

fn signed() -> FakeGroup {
    FakeGroup::new(DingTalkRobot { secret: Some(D1_SECRET.to_owned()), ..DingTalkRobot::default() })
}

#[test]
fn a_plain_message_reaches_the_group() {
    let mut group = plain();
    assert_eq!(
        group.send("access_token=t", text("hot").to_string().as_bytes()),
        json!({"errcode": 0, "errmsg": "ok"})
    );
    assert_eq!(group.last().verdict, ProviderVerdict::Delivered);
    assert_eq!((group.last().target.as_str(), group.last().shown.text.as_str()), ("ops", "hot"));
}

#[test]
fn a_call_of_the_wrong_kind_is_refused_with_its_own_code() {
    let body = text("hot").to_string();
    let check = |method, content_type, query, body: &[u8], code| {
        let mut group = plain();
        let answer = group.call(method, content_type, query, body);
        assert_eq!(answer["errcode"], code, "{answer}");
        assert!(!answer["errmsg"].as_str().unwrap().is_empty());
        assert!(matches!(group.last().verdict, ProviderVerdict::Refused { .. }));
    };
    let json = Some("application/json");
    check(Method::GET, json, "access_token=t", b"", 43_002);
    check(Method::POST, Some("application/x-www-form-urlencoded"), "access_token=t", body.as_bytes(), 43_004);
    check(Method::POST, None, "access_token=t", body.as_bytes(), 43_004);
    check(Method::POST, json, "", body.as_bytes(), 40_035);
    check(Method::POST, json, "access_token=other", body.as_bytes(), 400_101);
    check(Method::POST, json, "access_token=t", b"", 40_035);
    check(Method::POST, json, "access_token=t", b"[1]", 40_035);
    check(Method::POST, json, "access_token=t", b"{\"msgtype\": \"te", 40_035);
    check(
        Method::POST,
        json,
        "access_token=t",
        b"{\"msgtype\":\"text\",\"text\":{\"content\":\"\xe5\x91\"}}",
        40_035,
    );
}

#[test]
fn a_robot_that_is_gone_says_how() {
    let check = |status, code| {
        let mut group = FakeGroup::new(DingTalkRobot { status, ..DingTalkRobot::default() });
        assert_eq!(group.post(&text("hot")), code);
    };
    check(RobotStatus::Stopped, 400_102);
    check(RobotStatus::Removed, 400_106);
    check(RobotStatus::Disbanded, 400_013);
}

#[test]
fn messages_of_the_wrong_form_are_refused() {
    let check = |body: Value, code: i64| assert_eq!(plain().post(&body), code, "{body}");
    check(json!({"msg_type": "text", "text": {"content": "hot"}}), 400_105);
    check(json!({"msgtype": "actioncard", "actioncard": {"title": "a", "text": "b"}}), 400_105);
    check(json!({"msgtype": "text", "text": {"content": " "}}), 400_403);
    check(json!({"msgtype": "text", "content": "hot"}), 400_403);
    check(json!({"msgtype": "markdown", "markdown": {"title": "a", "text": ""}}), 400_403);
    check(json!({"msgtype": "markdown", "markdown": {"text": "a"}}), 400_403);
    check(json!({"msgtype": "link", "link": {"title": "a", "text": "b", "messageURL": "c"}}), 400_403);
    check(json!({"msgtype": "actionCard", "actionCard": {"title": "a", "text": "b"}}), 400_403);
    let numeric = json!({"title": "a", "text": "b", "hideAvatar": 0, "singleTitle": "c", "singleURL": "d"});
    check(json!({"msgtype": "actionCard", "actionCard": numeric}), 400_002);
    check(json!({"msgtype": "feedCard", "feedCard": {"links": []}}), 400_403);
}

#[test]
fn messages_of_every_form_are_taken_and_unknown_fields_ignored() {
    let check = |body: Value| assert_eq!(plain().post(&body), 0, "{body}");
    check(json!({"msgtype": "text", "text": {"content": "hot", "x": 1}, "y": 2}));
    check(json!({"msgtype": "link", "link": {"title": "a", "text": "b", "messageUrl": "c"}}));
    check(json!({"msgtype": "actionCard", "actionCard": {"title": "a", "text": "b", "hideAvatar": "0",
        "singleTitle": "c", "singleURL": "d"}}));
    check(json!({"msgtype": "actionCard", "actionCard": {"title": "a", "text": "b",
        "btns": [{"title": "c", "actionURL": "d"}]}}));
    check(json!({"msgtype": "feedCard",
        "feedCard": {"links": [{"title": "a", "messageURL": "b", "picURL": "c"}]}}));
}

#[test]
fn the_published_signatures_are_accepted() {
    let check = |millis: i64, secret: &str, sign: &str| {
        let mut group =
            FakeGroup::new(DingTalkRobot { secret: Some(secret.to_owned()), ..DingTalkRobot::default() });
        group.now = Timestamp::from_millisecond(millis).unwrap();
        let query = format!("access_token=t&timestamp={millis}&sign={sign}");
        assert_eq!(group.send(&query, text("hot").to_string().as_bytes())["errcode"], 0);
    };
    let long = format!("SEC{}", "0123456789abcdef".repeat(4));
    check(D1_MILLIS, D1_SECRET, D1_SIGN);
    check(D1_MILLIS, &long, "1FvsaxjE09b7bxVKSJb6LCsb3v2tUTADgOn5aQImxro%3D");
    check(
        1_700_000_000_000,
        "SEC000000000000000000000",
        "1zJ%2Fw34EOSVAYr7cu7Vo8LnebmK2%2FGrCgegtr8mQrqM%3D",
    );
    check(1_700_000_000_001, "SECtest", "r4CWp%2FDz%2BNg0sbTjH1vB0Fr%2BuQ2fn831mssaN6%2FC05I%3D");
}

/// Sends with D1's secret, at D1's time, and expects to be refused in these words.
#[track_caller]
fn check_refused(query: &str, words: &str) {
    let mut group = signed();
    let answer = group.send(&format!("access_token=t{query}"), text("hot").to_string().as_bytes());
    assert_eq!(answer["errcode"], 310_000);
    assert!(answer["errmsg"].as_str().unwrap().contains(words), "{answer}");
}

#[test]
fn wrong_signatures_are_refused() {
    let encode = |sign: &str| sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let with = |sign: &str| format!("&timestamp={D1_MILLIS}&sign={sign}");
    for wrong in [
        "nHh3Cp6duMZBlaspftrhkkDSIlJ0Lkj6vL71ujaX6pE=", // Feishu's recipe
        "wYPTWs4B9p4Pnmp433gyWQov/LFrgNCvPc7nVR6tx8o=", // seconds
        "UQtqIR+HpgCf4prMoM4ONhnT5yD5hOoIw/YQLMOhqFs=", // no newline
        "JMYVLpfEENFJYT63SkswcUalxgomMbip2hcQoKdzQtA=", // a backslash and an n
        "ODY2M2Q2YzE0ZmJiOTU1NzY2ZGQ5NjczZDJiZjZkNDlmYzc0MmY4NDM2ZWEzNThlNjZiZjdlMWFjZTg0NjUwMw==", // hex
    ] {
        check_refused(&with(&encode(wrong)), "sign not match");
    }
    check_refused(&with("hmPWwU%252B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%252BGs6EZQM%253D"), "sign not match"); // twice
    check_refused(&with("hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="), "sign not match"); // never: + is a space
    check_refused(&format!("&timestamp={D1_MILLIS}"), "sign not match");
}

#[test]
fn a_time_stamp_in_seconds_or_missing_is_refused() {
    check_refused(
        "&timestamp=1577262236&sign=wYPTWs4B9p4Pnmp433gyWQov%2FLFrgNCvPc7nVR6tx8o%3D",
        "invalid timestamp",
    );
    check_refused(&format!("&sign={D1_SIGN}"), "invalid timestamp");
    check_refused("", "invalid timestamp");
}

#[test]
fn a_signature_holds_for_an_hour_both_ways_and_no_millisecond_more() {
    let check = |offset: i64, code: i64| {
        let mut group = signed();
        group.now = Timestamp::from_millisecond(D1_MILLIS + offset).unwrap();
        let query = format!("access_token=t&timestamp={D1_MILLIS}&sign={D1_SIGN}");
        assert_eq!(group.send(&query, text("hot").to_string().as_bytes())["errcode"], code, "{offset}");
    };
    check(3_600_000, 0);
    check(3_600_001, 310_000);
    check(-3_600_000, 0);
    check(-3_600_001, 310_000);
}

#[test]
fn a_robot_without_a_secret_ignores_signatures() {
    let answer = plain().send("access_token=t&timestamp=1&sign=x", text("hot").to_string().as_bytes());
    assert_eq!(answer["errcode"], 0);
}

#[test]
fn a_refusal_reads_in_either_language() {
    let rules = DingTalkRules { language: ErrorLanguage::Chinese, ..DingTalkRules::default() };
    let robot = DingTalkRobot {
        secret: Some(D1_SECRET.to_owned()),
        keywords: vec!["告警".to_owned()],
        ..DingTalkRobot::default()
    };
    let mut group = FakeGroup::with(robot, rules);
    let mut words = |query: &str| {
        let answer = group.send(&format!("access_token=t{query}"), text("hot").to_string().as_bytes());
        answer["errmsg"].as_str().unwrap().to_owned()
    };
    assert!(words("").contains("机器人发送签名过期"));
    assert!(words(&format!("&timestamp={D1_MILLIS}&sign=x")).contains("机器人发送签名不匹配"));
    assert!(words(&format!("&timestamp={D1_MILLIS}&sign={D1_SIGN}")).contains("关键词不匹配"));
}

#[test]
fn a_message_must_hold_one_of_the_keywords() {
    let keyworded = |scope| {
        let rules = DingTalkRules { keyword_scope: scope, ..DingTalkRules::default() };
        FakeGroup::with(
            DingTalkRobot {
                keywords: vec!["alert".to_owned(), "告警".to_owned()],
                ..DingTalkRobot::default()
            },
            rules,
        )
    };
    let in_title = markdown("temperature fell", &Value::Null);
    assert_eq!(keyworded(KeywordScope::TitleAndText).post(&text("告警: hot")), 0);
    assert_eq!(keyworded(KeywordScope::TitleAndText).post(&text("recovered")), 310_000);
    assert_eq!(keyworded(KeywordScope::TitleAndText).post(&in_title), 0);
    assert_eq!(keyworded(KeywordScope::TextOnly).post(&in_title), 310_000);
}

#[test]
fn a_call_from_elsewhere_is_told_its_own_address() {
    let only = |range: &str| {
        FakeGroup::new(DingTalkRobot {
            allowed_addresses: vec![range.parse().unwrap()],
            ..DingTalkRobot::default()
        })
    };
    assert_eq!(only("203.0.113.0/24").post(&text("hot")), 0);
    let answer = only("198.51.100.1").send("access_token=t", text("hot").to_string().as_bytes());
    assert_eq!(answer["errcode"], 310_000);
    assert!(answer["errmsg"].as_str().unwrap().starts_with("ip 203.0.113.7 not in whitelist"));
}

#[test]
fn a_body_of_20000_bytes_passes_and_one_more_does_not() {
    let around = text("").to_string().len();
    let mut group = plain();
    assert_eq!(group.post(&text(&"x".repeat(20_000 - around))), 0);
    assert_eq!(group.post(&text(&"x".repeat(20_001 - around))), 460_101);
    assert_eq!(group.post(&text(&"告".repeat(7_000))), 460_101);
}

#[test]
fn the_21st_message_in_a_minute_silences_the_robot_for_ten() {
    let mut group = plain();
    for _ in 0..20 {
        assert_eq!(group.post(&text("hot")), 0);
    }
    assert!(group.journal.violations().is_empty());
    assert_eq!(group.post(&text("hot")), 410_100);
    group.wait(SignedDuration::from_secs(599));
    assert_eq!(group.post(&text("hot")), 410_100);
    group.wait(SignedDuration::from_secs(1));
    assert_eq!(group.post(&text("hot")), 0);
    let kinds: Vec<_> = group.journal.violations().iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [ViolationKind::LimitExceeded, ViolationKind::SentWhileBlocked]);
    assert_eq!(group.journal.stats()["ops"].throttled, 2);
}

#[test]
fn refused_messages_do_not_count_towards_the_limit() {
    let mut group = plain();
    for _ in 0..30 {
        assert_eq!(group.post(&text("")), 400_403);
    }
    assert_eq!(group.post(&text("hot")), 0);
}

#[test]
fn an_address_that_calls_too_often_is_answered_without_an_errcode() {
    let check = |edge, is_expected: fn(&Value) -> bool| {
        let rules = DingTalkRules { calls_per_address: Some(2), edge, ..DingTalkRules::default() };
        let mut group = FakeGroup::with(DingTalkRobot::default(), rules);
        group.post(&text("hot"));
        group.post(&text("hot"));
        let answer = group.send("access_token=t", text("hot").to_string().as_bytes());
        assert!(is_expected(&answer), "{answer}");
        assert!(matches!(group.last().verdict, ProviderVerdict::Throttled { .. }));
        group.wait(SignedDuration::from_secs(300));
        assert_eq!(group.post(&text("hot")), 0);
    };
    check(EdgeForm::Json, |answer| answer["status"] == 1111 && answer.get("errcode").is_none());
    check(EdgeForm::Html, |answer| answer.as_str().is_some_and(|page| page.starts_with("<html>")));
}

#[test]
fn a_month_has_so_many_messages_and_then_begins_anew() {
    let mut group = FakeGroup::new(DingTalkRobot { per_month: Some(2), ..DingTalkRobot::default() });
    assert_eq!([group.post(&text("1")), group.post(&text("2")), group.post(&text("3"))], [0, 0, 90_030]);
    group.wait(SignedDuration::from_hours(24 * 7)); // into January
    assert_eq!(group.post(&text("4")), 0);
}

#[test]
fn the_same_uuid_is_shown_once() {
    let mut group = plain();
    let with = |uuid: &str| json!({"msgtype": "text", "text": {"content": "hot"}, "msgUuid": uuid});
    assert_eq!([group.post(&with("a")), group.post(&with("a")), group.post(&with("b"))], [0, 0, 0]);
    let verdicts: Vec<_> = group.journal.messages().into_iter().map(|it| it.verdict).collect();
    assert_eq!(
        verdicts,
        [ProviderVerdict::Delivered, ProviderVerdict::Duplicate, ProviderVerdict::Delivered]
    );
}

#[test]
fn what_was_refused_is_shown_when_it_comes_again_with_its_uuid() {
    let mut group =
        FakeGroup::new(DingTalkRobot { keywords: vec!["alert".to_owned()], ..DingTalkRobot::default() });
    let with = |content: &str| json!({"msgtype": "text", "text": {"content": content}, "msgUuid": "a"});
    assert_eq!(group.post(&with("hot")), 310_000);
    assert_eq!(group.post(&with("alert: hot")), 0);
    assert_eq!(group.last().verdict, ProviderVerdict::Delivered);
}

/// The people of a group of two whom `body` calls.
#[track_caller]
fn check_mentioned(body: &Value, expected: &[&str]) {
    let members = Members::only(["13800000001", "ann"]);
    let mut group = FakeGroup::new(DingTalkRobot { members, ..DingTalkRobot::default() });
    assert_eq!(group.post(body), 0);
    assert_eq!(group.last().shown.mentioned, expected);
}

#[test]
fn in_markdown_only_who_is_named_in_the_text_is_called() {
    let ann = json!({"atUserIds": ["ann"], "atMobiles": ["13800000001"]});
    check_mentioned(&markdown("hot @ann", &ann), &["ann"]);
    check_mentioned(&markdown("hot @13800000001 @ann", &ann), &["13800000001", "ann"]);
    check_mentioned(&markdown("hot @anna", &ann), &[]);
    check_mentioned(&markdown("hot @ann", &Value::Null), &[]);
    check_mentioned(&markdown("hot", &json!({"isAtAll": true})), &["@all"]);
}

#[test]
fn at_inside_the_message_calls_nobody() {
    let inside = json!({"msgtype": "markdown",
        "markdown": {"title": "a", "text": "hot @ann", "at": {"atUserIds": ["ann"]}}});
    check_mentioned(&inside, &[]);
}

#[test]
fn a_link_calls_nobody() {
    let link = json!({"msgtype": "link", "at": {"isAtAll": true},
        "link": {"title": "a", "text": "b", "messageUrl": "c"}});
    check_mentioned(&link, &[]);
}

#[test]
fn a_card_calls_everyone_only_if_its_text_says_so() {
    let card = |text: &str| {
        json!({"msgtype": "actionCard", "at": {"isAtAll": true},
            "actionCard": {"title": "a", "text": text, "singleTitle": "c", "singleURL": "d"}})
    };
    check_mentioned(&card("hot"), &[]);
    check_mentioned(&card("hot @所有人"), &["@all"]);
}

#[test]
fn a_text_gets_the_names_appended_and_strangers_are_masked() {
    let members = Members::only(["13800000001"]);
    let mut group = FakeGroup::new(DingTalkRobot { members, ..DingTalkRobot::default() });
    let body = json!({"msgtype": "text", "text": {"content": "hot"},
        "at": {"atMobiles": ["13800000001", "13912345678"]}});
    assert_eq!(group.post(&body), 0);
    assert_eq!(group.last().shown.mentioned, ["13800000001"]);
    assert_eq!(group.last().shown.text, "hot@13800000001@139****5678");
}

#[test]
fn at_most_fifty_people_are_called() {
    let people: Vec<String> = (0..51).map(|number| format!("p{number}")).collect();
    let mut group = plain();
    let body = json!({"msgtype": "text", "text": {"content": "hot"}, "at": {"atUserIds": people}});
    assert_eq!(group.post(&body), 0);
    assert_eq!(group.last().shown.mentioned.len(), 50);
}

#[test]
fn codes_vary_by_rule() {
    let rules = DingTalkRules {
        unknown_token_code: 300_005,
        too_long_code: 101_002,
        too_fast_code: 130_101,
        errcode: ErrcodeForm::Text,
        ..DingTalkRules::default()
    };
    let mut group = FakeGroup::with(DingTalkRobot { per_minute: Some(0), ..DingTalkRobot::default() }, rules);
    let mut code =
        |query: &str, body: &Value| group.send(query, body.to_string().as_bytes())["errcode"].clone();
    assert_eq!(code("access_token=x", &text("hot")), "300005");
    assert_eq!(code("access_token=t", &text(&"x".repeat(20_000))), "101002");
    assert_eq!(code("access_token=t", &text("hot")), "130101");
}
