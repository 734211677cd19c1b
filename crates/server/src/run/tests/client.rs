use std::net::TcpListener;

use clap::Parser as _;
use expect_test::expect;
use fanfare_core::{Severity, Status};
use fanfare_sources::{Format, Hints, SourceSettings};
use jiff::Timestamp;

use super::fake::{FakeGateway, ReceivedRequest, fake};
use super::{Cli, File, Outcome, SOUND, fanfare, file};

const DELIVERIES: &str = r#"{"deliveries":[
  {"id":7,"alert_id":42,"notification_id":3,"receiver":"on-call","channel":"ops","severity":"urgent","state":"delivered",
   "why":"started","owed_at":"2026-03-08T12:00:00Z","next_at":null,"attempts":1,
   "settled_at":"2026-03-08T12:00:01Z","reason":"{\"errcode\":0}","fulfilment":"late","escalated":null,"digest":9},
  {"id":8,"alert_id":42,"notification_id":3,"receiver":"on-call","channel":"mail","severity":"urgent","state":"pending",
   "why":"started","owed_at":"2026-03-08T12:00:00Z","next_at":"2026-03-08T12:00:30Z","attempts":2,
   "settled_at":null,"reason":"not delivered: connection refused","fulfilment":"late","escalated":"acknowledged","digest":null}]}"#;

#[test]
fn deliveries_are_listed_as_a_table() {
    let FakeGateway { url, asked } = fake("200 OK", DELIVERIES);
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["deliveries", "list", "--url", &url, "--state", "pending", "--alert", "42"]);
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    expect![[r#"
        ID  ALERT  RECEIVER  CHANNEL  SEVERITY  STATE      OWED AT                         TRIES  SETTLED AT                      CONTRACT  HOW                          WHY
        7   42     on-call   ops      urgent    delivered  2026-03-08 12:00:00.000 +00:00  1      2026-03-08 12:00:01.000 +00:00  late      in digest 9                  {"errcode":0}
        8   42     on-call   mail     urgent    pending    2026-03-08 12:00:00.000 +00:00  2                                      late      escalated: not acknowledged  not delivered: connection refused
    "#]].assert_eq(&said.out);
    let head = asked.join().unwrap().head;
    assert!(head.starts_with("get /api/v1/deliveries?state=pending&alert=42&limit=50 http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer the-api-token"), "{head}");
}

#[test]
fn a_list_of_nothing_is_not_asked_for() {
    for list in ["alerts", "deliveries", "dead-letters"] {
        let refused = Cli::try_parse_from(["fanfare", list, "list", "--limit", "0"]).unwrap_err();
        assert_eq!(refused.kind(), clap::error::ErrorKind::ValueValidation, "{list}");
        assert!(refused.to_string().contains("invalid value '0' for '--limit <NUMBER>'"), "{refused}");
        assert!(Cli::try_parse_from(["fanfare", list, "list", "--limit", "1"]).is_ok());
    }
}

#[test]
fn a_sent_alert_is_read_by_the_source_as_it_was_meant() {
    let FakeGateway { url, asked } = fake("202 Accepted", r#"{"status":"accepted","alerts":[]}"#);
    let File { path, _folder } = file(SOUND);
    let args = ["--name", "over_temp", "--level", "critical", "--title", "Too hot", "--desc", "41 °C"];
    let device = ["--eui", "6353012AF1093062", "--device", "Cold room 3"];
    let said = fanfare(&path, &[&["send", "--json", "--url", &url][..], &args, &device].concat());
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    assert!(said.out.contains("\"status\": \"accepted\""), "{}", said.out);

    let ReceivedRequest { head, body } = asked.join().unwrap();
    assert!(head.starts_with("post /ingest/thinklink http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer the-source-token"), "{head}");
    let alert = read(&body);
    assert_eq!((alert.severity, alert.status), (Severity::Urgent, Status::Firing));
    assert_eq!(alert.labels.get("alertname"), Some("over_temp"));
    assert_eq!(alert.labels.get("eui"), Some("6353012af1093062"));
    assert_eq!(alert.labels.get("device"), Some("Cold room 3"));
    assert_eq!(alert.annotations.get("title"), Some("Too hot"));
    assert_eq!(alert.annotations.get("description"), Some("41 °C"));
}

/// The texts shown stand in the answer, and nowhere else: the fake gateway reads nothing.
#[test]
fn a_dry_run_shows_what_was_understood_and_what_was_not() {
    const PREVIEW: &str = r#"{"status":"dry_run","alerts":[
      {"fingerprint":"c5688262826c92f9","status":"firing","would_tell":["on-call"],"path":"[0]",
       "understood":{"kind":"alarm","severity":"high","labels":{"alertname":"over_temp","eui":"aa01"},"annotations":{"title":"Too hot"}},
       "unread":["flux"],"unknown_level":"kaputt"}],
      "refused":[{"code":"not_an_alert","message":"found a number, expected an alert: an object","path":"[1]"}]}"#;
    let FakeGateway { url, asked } = fake("200 OK", PREVIEW);
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["send", "--url", &url, "--name", "over_temp", "--dry-run"]);
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    expect![[r#"
        AT   STATUS  SEVERITY  ALARM      DEVICE  TEXT     WOULD TELL
        [0]  firing  high      over_temp  aa01    Too hot  on-call

        [0]: `kaputt` is no level that is known, taken for high
        [0]: not understood, kept as it is: flux
        [1]: refused: found a number, expected an alert: an object

        nothing was stored, and nobody was told
    "#]]
    .assert_eq(&said.out);
    let head = asked.join().unwrap().head;
    assert!(head.starts_with("post /ingest/thinklink?dry_run=1 http/1.1"), "{head}");
}

#[test]
fn a_clear_ends_the_alarm() {
    let FakeGateway { url, asked } = fake("202 Accepted", "{}");
    let File { path, _folder } = file(SOUND);
    let said = fanfare(
        &path,
        &["send", "--json", "--url", &url, "--name", "over_temp", "--eui", "6353012AF1093062", "--clear"],
    );
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    assert_eq!(read(&asked.join().unwrap().body).status, Status::Resolved);
}

fn read(body: &[u8]) -> fanfare_core::Alert {
    let source = SourceSettings::new("thinklink");
    Format::tkl()
        .read(body, &Hints::default(), &source, Timestamp::UNIX_EPOCH)
        .unwrap()
        .alerts
        .remove(0)
        .alert
}

#[test]
fn a_file_is_posted_as_it_is_with_the_token_of_another_file() {
    let FakeGateway { url, asked } = fake("202 Accepted", "{}");
    let body = file(r#"{ "as": "it is" }"#);
    let token = file("another-token\n");
    let (body, token) =
        (body.path.to_str().unwrap().to_owned(), (token.path.to_str().unwrap().to_owned(), body, token));
    let args =
        ["send", "--json", "--url", &url, "--source", "a/b", "--file", &body, "--token-file", &token.0];
    let said = fanfare("/nowhere.yaml".as_ref(), &args);
    assert_eq!(said.outcome.unwrap(), Outcome::Good);
    let asked = asked.join().unwrap();
    assert!(asked.head.starts_with("post /ingest/a%2fb http/1.1"), "{}", asked.head);
    assert!(asked.head.contains("authorization: bearer another-token"), "{}", asked.head);
    assert_eq!(asked.body, br#"{ "as": "it is" }"#);
}

#[test]
fn a_refusal_is_told_in_the_gateways_words() {
    let answer =
        r#"{"error":{"code":"unreadable","message":"found a list, expected a text","path":"alarm.id"}}"#;
    let FakeGateway { url, asked } = fake("400 Bad Request", answer);
    let File { path, _folder } = file(SOUND);
    let said = fanfare(&path, &["send", "--url", &url, "--name", "x"]);
    let err = said.outcome.unwrap_err().to_string();
    assert_eq!(err, "the gateway answers 400 Bad Request: alarm.id: found a list, expected a text");
    asked.join().unwrap();
}

#[test]
fn the_address_comes_from_the_config_and_an_unset_secret_is_no_obstacle() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener); // Nobody listens there now.
    let text = SOUND
        .replace("server: { auth: { bearer: the-api-token }", &format!("server: {{ listen: '{address}'"))
        .replace("the-source-token", "{ env: FANFARE_TEST_NOT_SET }");
    let File { path, _folder } = file(&text);
    let err = fanfare(&path, &["send", "--name", "x"]).outcome.unwrap_err().to_string();
    assert!(err.contains("cannot be reached") && err.contains("refused"), "{err}");
    assert!(err.contains(&format!("http://{address}")), "{err}");
}
