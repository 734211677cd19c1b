use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::fake::{FakeGateway, fake};
use super::{File, Outcome, SOUND, fanfare, file};

/// A command, the answer it gets, and the outcome it ends with.
struct Case<'a> {
    args: &'a [&'a str],
    status: &'static str,
    answer: &'static str,
    outcome: Outcome,
}

/// The first line of the request, and its body.
#[track_caller]
fn check(case: Case<'_>, expected: Expect) -> (String, Value) {
    let Case { args, status, answer, outcome } = case;
    let FakeGateway { url, asked } = fake(status, answer);
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &[args, &["--url", &url]].concat());
    assert_eq!(said.outcome.unwrap(), outcome);
    expected.assert_eq(&said.out);
    let asked = asked.join().unwrap();
    assert!(asked.head.contains("authorization: bearer the-api-token"), "{}", asked.head);
    let body = if asked.body.is_empty() { Value::Null } else { serde_json::from_slice(&asked.body).unwrap() };
    (asked.head.lines().next().unwrap().to_owned(), body)
}

const AUDIT: &str = r#"{
  "alerts": 3, "repeats": 2, "newest": 3, "told": 4, "suppressed": 1,
  "notifications": { "open": 1, "kept": 2, "broken": 0, "abandoned": 1, "late": 0 },
  "deliveries": { "delivered": 5, "pending": 1, "dead": 1, "discarded": 0 },
  "unaccounted": [], "unaccounted_in_all": 0
}"#;

#[test]
fn an_audit_counts_what_became_of_everything() {
    let case = Case { args: &["audit"], status: "200 OK", answer: AUDIT, outcome: Outcome::Good };
    let (asked, _) = check(
        case,
        expect![[r#"
        WHAT         HOW         NUMBER
        alerts       accepted    3
        alerts       repeated    2
        receivers    told        4
        receivers    suppressed  1
        contracts    kept        2
        contracts    open        1
        contracts    broken      0
        contracts    late        0
        contracts    abandoned   1
        deliveries   delivered   5
        deliveries   pending     1
        deliveries   dead        1
        deliveries   discarded   0
        unaccounted              0
    "#]],
    );
    assert_eq!(asked, "get /api/v1/audit http/1.1");
}

#[test]
fn whatever_is_not_accounted_for_is_a_finding() {
    let answer = r#"{
      "alerts": 3, "newest": 3, "told": 4, "suppressed": 1,
      "notifications": { "open": 1, "kept": 2, "broken": 0, "abandoned": 1, "late": 0 },
      "deliveries": { "delivered": 5, "pending": 1, "dead": 1, "discarded": 0 },
      "unaccounted": [ { "alert": 2, "what": "notification 7 has 1 deliveries of 2" }, { "alert": null, "what": "delivery 9 tells of nothing" } ],
      "unaccounted_in_all": 2
    }"#;
    check(
        Case { args: &["audit"], status: "200 OK", answer, outcome: Outcome::Finding },
        expect![[r#"
        WHAT         HOW         NUMBER
        alerts       accepted    3
        alerts       repeated    0
        receivers    told        4
        receivers    suppressed  1
        contracts    kept        2
        contracts    open        1
        contracts    broken      0
        contracts    late        0
        contracts    abandoned   1
        deliveries   delivered   5
        deliveries   pending     1
        deliveries   dead        1
        deliveries   discarded   0
        unaccounted              2

        ALERT  WHAT IS WRONG
        2      notification 7 has 1 deliveries of 2
               delivery 9 tells of nothing
    "#]],
    );
    let FakeGateway { url, asked: _ } = fake("200 OK", answer);
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["audit", "--json", "--url", &url]);
    assert_eq!(said.outcome.unwrap(), Outcome::Finding, "to programs too");
    assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap()["unaccounted_in_all"], 2);
}

const LETTERS: &str = r#"{"dead_letters":[
  {"id":"d17","alert_id":42,"title":"Door\nopen","severity":"urgent","notification_id":5,"receiver":"on-call","channel":"ops",
   "reason":"misconfigured: errcode 310000","attempts":3,"given_up_at":"2026-03-08T12:00:00Z","fulfilment":"abandoned"},
  {"id":"n4","alert_id":41,"title":"Window","severity":"high","notification_id":4,"receiver":"team","channel":null,
   "reason":"too few of its channels confirmed in time, and nobody is left to be told","attempts":0,
   "given_up_at":"2026-03-08T11:00:00Z","fulfilment":"abandoned"}]}"#;

#[test]
fn dead_letters_are_listed_as_a_table() {
    let args = [
        "dead-letters",
        "list",
        "--channel",
        "ops",
        "--since",
        "2026-03-08T20:00:00+08:00",
        "--before",
        "d20",
    ];
    let case = Case { args: &args, status: "200 OK", answer: LETTERS, outcome: Outcome::Good };
    let (asked, _) = check(
        case,
        expect![[r#"
            ID   ALERT  RECEIVER  CHANNEL  SEVERITY  TITLE      GIVEN UP AT                     TRIES  WHY
            d17  42     on-call   ops      urgent    Door open  2026-03-08 12:00:00.000 +00:00  3      misconfigured: errcode 310000
            n4   41     team               high      Window     2026-03-08 11:00:00.000 +00:00  0      too few of its channels confirmed in time, and nobody is left to be told
        "#]],
    );
    let query = "channel=ops&since=2026-03-08t12%3a00%3a00z&before=d20&limit=50";
    assert_eq!(asked, format!("get /api/v1/dead-letters?{query} http/1.1"));
}

#[test]
fn one_dead_letter_is_shown_with_its_attempts() {
    let answer = r#"{"dead_letter":
      {"id":"d17","alert_id":42,"title":"Door open","severity":"urgent","notification_id":5,"receiver":"on-call","channel":"ops",
       "reason":"misconfigured: errcode 310000","attempts":1,"given_up_at":"2026-03-08T12:00:00Z","fulfilment":"abandoned"},
      "attempts":[{"ordinal":1,"started_at":"2026-03-08T12:00:00Z","ended_at":"2026-03-08T12:00:01Z",
       "outcome":"misconfigured","words":"errcode 310000: sign not match"}]}"#;
    let args = ["dead-letters", "show", "d17"];
    let (asked, _) = check(
        Case { args: &args, status: "200 OK", answer, outcome: Outcome::Good },
        expect![[r#"
            Dead letter: d17
            Alert: 42, urgent: Door open
            Receiver: on-call
            Channel: ops
            Given up at: 2026-03-08 12:00:00.000 +00:00
            Why: misconfigured: errcode 310000
            Contract: abandoned

            TRY  BEGAN AT                        ENDED AT                        OUTCOME        ANSWER
            1    2026-03-08 12:00:00.000 +00:00  2026-03-08 12:00:01.000 +00:00  misconfigured  errcode 310000: sign not match

            `fanfare explain 42` tells the whole story.
        "#]],
    );
    assert_eq!(asked, "get /api/v1/dead-letters/d17 http/1.1");
}

#[test]
fn dead_letters_are_tried_again_by_their_names_or_by_what_they_have_in_common() {
    let retry = ["dead-letters", "retry", "--by", "Wang"];
    let by_name = [&retry[..], &["d17", "n4"]].concat();
    let answer = r#"{"retried":2}"#;
    let case = Case { args: &by_name, status: "200 OK", answer, outcome: Outcome::Good };
    let (asked, body) = check(case, expect![["2 dead letters are tried again\n"]]);
    assert_eq!(asked, "post /api/v1/dead-letters/retry http/1.1");
    assert_eq!(body, json!({ "ids": ["d17", "n4"], "by": "Wang" }));

    let alike = [&retry[..], &["--receiver", "team", "--all-since", "2026-03-08T12:00:00Z"]].concat();
    let answer = r#"{"retried":1}"#;
    let case = Case { args: &alike, status: "200 OK", answer, outcome: Outcome::Good };
    let (_, body) = check(case, expect![["1 dead letter is tried again\n"]]);
    assert_eq!(body, json!({ "receiver": "team", "since": "2026-03-08T12:00:00Z", "by": "Wang" }));
}

#[test]
fn a_discard_tells_its_reason() {
    let args = ["dead-letters", "discard", "d17", "--by", "Wang", "--reason", "an exercise"];
    let answer = r#"{"discarded":1}"#;
    let case = Case { args: &args, status: "200 OK", answer, outcome: Outcome::Good };
    let (asked, body) = check(case, expect![["1 dead letter is discarded\n"]]);
    assert_eq!(asked, "post /api/v1/dead-letters/discard http/1.1");
    assert_eq!(body, json!({ "ids": ["d17"], "by": "Wang", "reason": "an exercise" }));
}

#[test]
fn that_nothing_was_done_is_a_finding() {
    let args = ["dead-letters", "retry", "d17", "--by", "Wang"];
    let case = Case { args: &args, status: "200 OK", answer: r#"{"retried":0}"#, outcome: Outcome::Finding };
    check(case, expect![["no dead letter is like this\n"]]);
}

#[test]
fn channels_are_listed_with_how_they_are() {
    let answer = r#"{"channels":[
      {"name":"group","kind":"wecom","timeout":"3s","health":"working","broken_since":null,"reason":null,"blocked_until":null,"pending":0,
       "budget":null,"quota":null,"proven_at":"2026-03-08T12:00:00Z","drilled_at":null,
       "last_error":{"at":"2026-03-07T12:00:00Z","words":"HTTP 502"},"clock_offset_seconds":0,"rotated_at":null},
      {"name":"ops","kind":"dingtalk","timeout":"10s","health":"broken","broken_since":"2026-03-08T11:00:00Z","reason":"errcode 310000","blocked_until":"2026-03-08T12:10:00Z","pending":7,
       "budget":{"messages":20,"per":"1m","free_now":20},
       "quota":{"pool":"p","messages":5000,"used":4100,"period":"2026-03","level":"short","resets_at":"2026-04-01T00:00:00Z"},
       "proven_at":null,"drilled_at":null,"last_error":null,"clock_offset_seconds":null,"rotated_at":"2025-11-01"},
      {"name":"spare","kind":"wecom","timeout":"3s","health":"broken","broken_since":"2026-03-08T11:00:00Z","reason":"HTTP 502","blocked_until":null,"pending":0,
       "budget":null,"quota":null,"proven_at":"2026-03-08T12:00:00Z","drilled_at":null,"last_error":null,"clock_offset_seconds":0,"rotated_at":null}]}"#;
    let case = Case { args: &["channels", "list"], status: "200 OK", answer, outcome: Outcome::Good };
    let (asked, _) = check(
        case,
        expect![[r#"
            CHANNEL  KIND      HEALTH      SILENT UNTIL                    PENDING  QUOTA                  LAST PROVEN                     LAST TROUBLE
            group    wecom     working                                     0                               2026-03-08 12:00:00.000 +00:00  2026-03-07 12:00:00.000 +00:00: HTTP 502
            ops      dingtalk  broken      2026-03-08 12:10:00.000 +00:00  7        4100 of 5000, 2026-03                                  errcode 310000
            spare    wecom     recovering                                  0                               2026-03-08 12:00:00.000 +00:00  HTTP 502
        "#]],
    );
    assert_eq!(asked, "get /api/v1/channels http/1.1");
}

#[test]
fn a_test_tells_the_providers_words_and_whether_it_was_delivered() {
    let args = ["channels", "test", "ops", "--by", "Wang"];
    let answer = r#"{"channel":"ops","alert_id":7,"delivery_id":9,"outcome":"delivered","words":"errcode 0: ok","latency_ms":120}"#;
    let case = Case { args: &args, status: "200 OK", answer, outcome: Outcome::Good };
    let (asked, body) = check(case, expect![["ops: delivered after 120 ms: errcode 0: ok\n"]]);
    assert_eq!((asked.as_str(), body), ("post /api/v1/channels/ops/test http/1.1", json!({ "by": "Wang" })));

    let answer = r#"{"channel":"ops","alert_id":7,"delivery_id":9,"outcome":"misconfigured","words":"misconfigured: errcode 310000","latency_ms":95}"#;
    let case = Case { args: &args, status: "200 OK", answer, outcome: Outcome::Finding };
    check(
        case,
        expect![[r#"
            ops: misconfigured after 95 ms: errcode 310000
            Mend the channel's settings or secret, run fanfare reload, then test again.
        "#]],
    );

    let answer = r#"{"channel":"ops","alert_id":7,"delivery_id":9,"outcome":"waiting","words":null,"latency_ms":null}"#;
    let case = Case { args: &args, status: "202 Accepted", answer, outcome: Outcome::Finding };
    check(
        case,
        expect![[
            "ops: waiting: the channel is busy, or must be silent; nothing was sent, and nothing waits (alert 7). `fanfare channels list` tells until when\n"
        ]],
    );
}

#[test]
fn an_acknowledgement_tells_who_takes_care() {
    let args = ["ack", "42", "--by", "Wang"];
    let answer = r#"{"status":"acknowledged","by":"Wang","at":"2026-03-08T12:00:00Z"}"#;
    let case = Case { args: &args, status: "200 OK", answer, outcome: Outcome::Good };
    let (asked, body) = check(case, expect![["alert 42 is acknowledged by Wang\n"]]);
    assert_eq!(asked, "post /api/v1/alerts/42/acknowledge http/1.1");
    assert_eq!(body, json!({ "by": "Wang" }));

    let answer = r#"{"status":"already_acknowledged","by":"Li","at":"2026-03-08T12:00:00Z"}"#;
    let case = Case { args: &args, status: "200 OK", answer, outcome: Outcome::Good };
    check(
        case,
        expect![[r#"
        alert 42 was acknowledged before, by Li at 2026-03-08 12:00:00.000 +00:00
    "#]],
    );
}

#[test]
fn a_reload_tells_what_is_wrong_with_the_config() {
    let answer = r#"{"status":"reloaded","problems":[]}"#;
    let case = Case { args: &["reload"], status: "200 OK", answer, outcome: Outcome::Good };
    let (asked, _) = check(case, expect![["the config is in force\n"]]);
    assert_eq!(asked, "post /-/reload http/1.1");

    let answer = r#"{"error":{"code":"unsound_config","message":"…"},"problems":[
      {"line":12,"column":5,"severity":"error","path":"receivers[0].channels[1]","message":"unknown channel `opps`"},
      {"severity":"warning","path":"","message":"something else"}]}"#;
    let case = Case { args: &["reload"], status: "400 Bad Request", answer, outcome: Outcome::Finding };
    check(
        case,
        expect![[r#"
        12:5: error: receivers[0].channels[1]: unknown channel `opps`
        warning: something else
        the config cannot be used; nothing has changed
    "#]],
    );
}

#[test]
fn a_reload_that_is_refused_for_another_reason_is_an_error() {
    let answer = r#"{"error":{"code":"unauthorized","message":"send the header"}}"#;
    let FakeGateway { url, asked: _ } = fake("401 Unauthorized", answer);
    let File { path, _folder } = file(SOUND);
    let err = fanfare(&path, &["reload", "--url", &url]).outcome.unwrap_err().to_string();
    assert_eq!(err, "the gateway answers 401 Unauthorized: send the header");
}

#[test]
fn who_sends_no_token_hears_where_it_comes_from() {
    let answer = r#"{"error":{"code":"unauthorized","message":"send the header"}}"#;
    let FakeGateway { url, asked: _ } = fake("401 Unauthorized", answer);
    let File { path, _folder } = file("not: [a config");
    let err = fanfare(&path, &["reload", "--url", &url]).outcome.unwrap_err().to_string();
    let expected = "the gateway answers 401 Unauthorized: send the header; no token was sent: set the environment variable";
    assert!(err.starts_with(expected), "{err}");
}
