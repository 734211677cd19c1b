use expect_test::{Expect, expect};
use serde_json::Value;

use super::fake::{FakeGateway, fake};
use super::{File, Outcome, SOUND, fanfare, file};

/// An alarm whose first channel failed, that was escalated and then acknowledged.
const STORY: &str = r#"{
  "id": 42, "received_at": "2026-03-08T12:00:00.123Z", "incident": 40, "since": "2026-03-08T11:00:00Z", "policy": 1,
  "alert": {
    "fingerprint": "9f86d081884c7d65", "kind": "alarm", "status": "firing", "severity": "urgent",
    "labels": { "alertname": "over_temp", "severity": "urgent", "source": "thinklink" },
    "annotations": { "title": "Temperature too high" }, "starts_at": "2026-03-08T11:00:00Z"
  },
  "routing": { "by": "routes", "routes": [
    { "route": "route", "receiver": "team", "matched": true, "why": "matches everything",
      "because": { "reason": "everything" } },
    { "route": "route.routes[0]", "receiver": "on-call", "matched": true, "why": "matches severity >= high",
      "because": { "reason": "matched", "matchers": ["severity >= high"] } }
  ] },
  "held": [ { "receiver": "team", "route": "route", "reason": "already told, and the repeat interval has not passed" } ],
  "timeline": [
    { "at": "2026-03-08T12:00:00.123Z", "event": "accepted", "alert": 42, "source": "thinklink", "severity": "urgent" },
    { "at": "2026-03-08T12:00:00.123Z", "event": "held", "receiver": "team", "route": "route",
      "reason": "already told, and the repeat interval has not passed" },
    { "at": "2026-03-08T12:00:00.123Z", "event": "owed", "notification": 5, "receiver": "on-call", "route": "route.routes[0]",
      "why": "worsened from high", "channels": ["ops"],
      "terms": { "channels": ["ops", "mail"], "send": "in_turn", "contract": { "succeed": { "at_least": 1 }, "within": "1m" },
        "escalate": [ { "after": "15m", "unless": "acknowledged", "to": ["boss"] } ] } },
    { "at": "2026-03-08T12:00:00.323Z", "event": "attempt", "notification": 5, "receiver": "on-call", "delivery": 7,
      "channel": "ops", "attempt": 1, "outcome": "unanswered", "words": "unanswered: HTTP 502\n\u001b[31mBad Gateway", "latency_ms": 200, "digest": null },
    { "at": "2026-03-08T12:00:00.323Z", "event": "step", "notification": 5, "receiver": "on-call", "step": "take_turn",
      "channel": "mail", "instead_of": "ops", "because": "troubled" },
    { "at": "2026-03-08T12:00:01.000Z", "event": "attempt", "notification": 5, "receiver": "on-call", "delivery": 8,
      "channel": "mail", "attempt": 1, "outcome": "delivered", "words": "250 OK", "latency_ms": 677, "digest": 3 },
    { "at": "2026-03-08T12:00:01.000Z", "event": "step", "notification": 5, "receiver": "on-call", "step": "settle", "fulfilment": "kept" },
    { "at": "2026-03-08T12:15:00.123Z", "event": "step", "notification": 5, "receiver": "on-call", "step": "climb", "rung": 0,
      "unless": "acknowledged", "to": ["boss"], "because": "due" },
    { "at": "2026-03-08T12:20:00Z", "event": "given_up", "notification": 5, "receiver": "on-call", "delivery": 9,
      "channel": "boss", "reason": "rejected" },
    { "at": "2026-03-08T12:21:00Z", "event": "step", "notification": 5, "receiver": "on-call", "step": "discarded",
      "by": "Wang", "reason": "he is here", "on": ["boss"] },
    { "at": "2026-03-08T12:22:00Z", "event": "acknowledged", "notification": 5, "by": "Wang" }
  ],
  "notifications": [ {
    "id": 5, "receiver": "on-call", "route": "route.routes[0]", "why": "worsened from high", "owed_at": "2026-03-08T12:00:00.123Z",
    "terms": { "channels": ["ops", "mail"], "send": "in_turn", "contract": { "succeed": { "at_least": 1 }, "within": "1m" },
      "escalate": [ { "after": "15m", "unless": "acknowledged", "to": ["boss"] }, { "after": "2h", "unless": "resolved", "to": ["ops", "boss"] } ] },
    "fulfilment": "kept", "look_at": "2026-03-08T14:00:00.123Z", "dealt_with": null, "acknowledgement": null,
    "steps": [
      { "at": "2026-03-08T12:00:01.000Z", "step": "settle", "fulfilment": "kept" },
      { "at": "2026-03-08T12:15:00.123Z", "step": "climb", "rung": 0, "unless": "acknowledged", "to": ["boss"], "because": "due" } ],
    "deliveries": [
      { "id": 7, "channel": "ops", "called_at": "2026-03-08T12:00:00.123Z", "escalated": null, "state": "pending", "next_at": "2026-03-08T12:30:00Z", "attempted": 9, "settled_at": null, "reason": null, "digest": null, "attempts": [] },
      { "id": 8, "channel": "mail", "called_at": "2026-03-08T12:00:00.323Z", "escalated": null, "state": "delivered", "next_at": null, "attempted": 1, "settled_at": "2026-03-08T12:20:00Z", "reason": "…", "digest": null, "attempts": [] },
      { "id": 9, "channel": "boss", "called_at": "2026-03-08T12:15:00.123Z", "escalated": "acknowledged", "state": "dead", "next_at": null, "attempted": 1, "settled_at": "2026-03-08T12:20:00Z", "reason": "…", "digest": null, "attempts": [] }
    ]
  } ],
  "acknowledgements": [],
  "before": [ { "id": 40, "received_at": "2026-03-08T11:00:01Z", "status": "firing" } ],
  "after": [ { "id": 50, "received_at": "2026-03-08T13:00:00Z", "status": "resolved" } ]
}"#;

#[track_caller]
fn check(config: &str, args: &[&str], expected: Expect) {
    let FakeGateway { url, asked } = fake("200 OK", STORY);
    let File { path, _folder } = file(config);
    let said = fanfare(&path, &[&["explain", "42", "--url", &url], args].concat());
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    expected.assert_eq(&said.out);
    let head = asked.join().unwrap().head;
    assert!(head.starts_with("get /api/v1/alerts/42/explain http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer the-api-token"), "{head}");
}

#[test]
fn the_story_of_an_alert_is_told_from_its_beginning() {
    check(
        SOUND,
        &[],
        expect![[r#"
            Alert 42: Temperature too high (urgent, firing)
            Received: 2026-03-08 12:00:00.123 +00:00
            Incident: 40, since 2026-03-08 11:00:00.000 +00:00
            Labels: alertname=over_temp, severity=urgent, source=thinklink
            Before it: 40 (firing, 2026-03-08 11:00:01.000 +00:00)
            After it: 50 (resolved, 2026-03-08 13:00:00.000 +00:00)

            WHO MUST KNOW
            ✓ route → team: matches everything
              ✓ route.routes[0] → on-call: matches severity >= high

            WHAT HAPPENED
            TIME                            RECEIVER  CHANNEL  WHAT
            2026-03-08 12:00:00.123 +00:00                     accepted from thinklink: urgent
            2026-03-08 12:00:00.123 +00:00  team               not told: already told, and the repeat interval has not passed (by route)
            2026-03-08 12:00:00.123 +00:00  on-call            to be told on ops: worsened from high (by route.routes[0]); in turn; 1 must confirm within 1m; after 15m unless acknowledged: boss
            2026-03-08 12:00:00.323 +00:00  on-call   ops      attempt 1: unanswered after 200 ms: HTTP 502 [31mBad Gateway
            2026-03-08 12:00:00.323 +00:00  on-call            mail is told instead of ops, which has failed at first
            2026-03-08 12:00:01.000 +00:00  on-call   mail     attempt 1 in digest 3: delivered after 677 ms: 250 OK
            2026-03-08 12:00:01.000 +00:00  on-call            the contract is kept: enough channels confirmed in time
            2026-03-08 12:15:00.123 +00:00  on-call            escalated to boss (rung 1): not acknowledged, and its time has come
            2026-03-08 12:20:00.000 +00:00  on-call   boss     given up: rejected
            2026-03-08 12:21:00.000 +00:00  on-call            boss discarded by Wang: he is here
            2026-03-08 12:22:00.000 +00:00                     acknowledged by Wang

            HOW IT STANDS
            RECEIVER  WHY                 CONTRACT  CHANNEL  HOW                          STATE      TRIES  NOT BEFORE
            on-call   worsened from high  kept      ops                                   pending    9      2026-03-08 12:30:00.000 +00:00
            on-call   worsened from high  kept      mail                                  delivered  1
            on-call   worsened from high  kept      boss     escalated: not acknowledged  dead       1

            STILL TO COME
            TIME                            RECEIVER  WHAT
            2026-03-08 14:00:00.123 +00:00  on-call   after 2h unless resolved: ops, boss
        "#]],
    );
}

#[test]
fn it_is_told_in_the_language_and_by_the_clock_of_the_messages() {
    let chinese = format!("{SOUND}messages: {{ language: zh, timezone: Asia/Shanghai }}\n");
    check(
        &chinese,
        &[],
        expect![[r#"
            告警 42：Temperature too high（紧急，告警中）
            接收时间：2026-03-08 20:00:00.123 +08:00
            事件：40，开始于 2026-03-08 19:00:00.000 +08:00
            标签：alertname=over_temp，severity=urgent，source=thinklink
            此前：40（告警中，2026-03-08 19:00:01.000 +08:00）
            此后：50（已恢复，2026-03-08 21:00:00.000 +08:00）

            应通知谁
            ✓ route → team：匹配所有告警
              ✓ route.routes[0] → on-call：匹配 severity >= high

            经过
            时间                            接收者   渠道  内容
            2026-03-08 20:00:00.123 +08:00                 已接收，来源 thinklink，级别 紧急
            2026-03-08 20:00:00.123 +08:00  team           未通知：已通知过，重复间隔未到（route）
            2026-03-08 20:00:00.123 +08:00  on-call        应通过 ops 通知：级别上升（原为严重）（route.routes[0]）；依次发送；须 1 个渠道在 1m 内送达；15m 后若未确认则通知 boss
            2026-03-08 20:00:00.323 +08:00  on-call  ops   第 1 次发送：未得到答复，200 毫秒：HTTP 502 [31mBad Gateway
            2026-03-08 20:00:00.323 +08:00  on-call        改由 mail 发送：ops 首次发送失败
            2026-03-08 20:00:01.000 +08:00  on-call  mail  第 1 次发送（汇总 3）：已送达，677 毫秒：250 OK
            2026-03-08 20:00:01.000 +08:00  on-call        约定已履行：足够的渠道已按时送达
            2026-03-08 20:15:00.123 +08:00  on-call        升级到 boss（第 1 级）：未确认，时间已到
            2026-03-08 20:20:00.000 +08:00  on-call  boss  已放弃：rejected
            2026-03-08 20:21:00.000 +08:00  on-call        Wang 已作废 boss：he is here
            2026-03-08 20:22:00.000 +08:00                 Wang 已确认

            当前状态
            接收者   原因                  约定    渠道  方式          状态    尝试次数  最早重试
            on-call  级别上升（原为严重）  已履行  ops                 待发送  9         2026-03-08 20:30:00.000 +08:00
            on-call  级别上升（原为严重）  已履行  mail                已送达  1
            on-call  级别上升（原为严重）  已履行  boss  升级：未确认  已放弃  1

            后续升级
            时间                            接收者   内容
            2026-03-08 22:00:00.123 +08:00  on-call  2h 后若未恢复则通知 ops、boss
        "#]],
    );
}

#[test]
fn another_language_can_be_asked_for() {
    let FakeGateway { url, asked: _ } = fake("200 OK", STORY);
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["explain", "42", "--url", &url, "--language", "zh"]);
    assert!(said.out.contains("紧急") || said.out.contains("当前状态"), "{}", said.out);
}

#[test]
fn programs_get_the_gateways_json() {
    let FakeGateway { url, asked: _ } = fake("200 OK", STORY);
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["explain", "42", "--url", &url, "--json"]);
    let (said, story): (Value, Value) =
        (serde_json::from_str(&said.out).unwrap(), serde_json::from_str(STORY).unwrap());
    assert_eq!(said, story);
}

#[test]
fn an_alert_that_is_not_there_is_a_clear_error() {
    let answer = r#"{"error":{"code":"unknown_alert","message":"there is no alert 42"}}"#;
    let FakeGateway { url, asked: _ } = fake("404 Not Found", answer);
    let File { path, _folder } = file(SOUND);
    let err = fanfare(&path, &["explain", "42", "--url", &url]).outcome.unwrap_err().to_string();
    assert_eq!(err, "the gateway answers 404 Not Found: there is no alert 42");
}
