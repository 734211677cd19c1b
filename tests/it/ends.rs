//! Ends of alarms as scripts write them, and conditions as operators write them.

use serde_json::{Value, json};

use crate::harness::{TestGateway, TestRequest, text};

const CONFIG: &str = "\
server: { listen: 127.0.0.1:0 }
store: sqlite://store.db
allow_inline_secrets: true
sources: [{ name: thinklink, format: tkl, auth: none }, { name: cron, format: plain, auth: none }]
channels:
  team: { kind: wecom, key: team }
  chief: { kind: wecom, key: chief }
receivers:
  - { name: team, channels: [team] }
  - { name: chief, channels: [chief] }
route:
  receiver: team
  routes: [{ matchers: ['severity =~ \"critical|fatal\"', 'eui = \"24:E1:24:13:6B:50:22:17\"'], receiver: chief }]
";

fn gateway() -> TestGateway {
    TestGateway::start(CONFIG, &["--sandbox"], &[])
}

/// The answer of the gateway about the only alert of `body`.
#[track_caller]
fn post(gateway: &TestGateway, body: Value) -> Value {
    let answer = gateway.post("thinklink", &body.to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()["alerts"][0].clone()
}

/// The texts that people see on `channel` once nothing is pending any more.
fn seen(gateway: &TestGateway, channel: &str) -> Vec<String> {
    gateway.until_nothing_is_owed();
    let messages = TestRequest::get("/sandbox/messages").send(gateway.address()).json();
    let of_channel = messages.as_array().unwrap().iter().filter(|it| it["target"] == channel);
    of_channel.map(|it| text(it, "text").to_owned()).collect()
}

#[test]
fn an_end_with_another_text_ends_the_only_open_alarm_of_its_device_and_is_told_as_one_of_it() {
    let gateway = gateway();
    let begun = post(&gateway, json!({ "eui": "aa18", "desc": "Temperature too high" }));
    let ended =
        post(&gateway, json!({ "eui": "AA18", "action": "clear", "desc": "Temperature is normal again" }));
    assert_eq!((&ended["ended"], &ended["told"]), (&begun["id"], &json!(["team"])), "{ended}");
    assert_eq!(ended["fingerprint"], begun["fingerprint"]);
    let last = seen(&gateway, "team").pop().unwrap();
    for words in ["RESOLVED", "Temperature too high", "Temperature is normal again"] {
        assert!(last.contains(words), "{last}");
    }
    let explained = gateway.get(&format!("/api/v1/alerts/{}/explain", begun["id"])).json();
    assert_eq!(explained["after"][0]["id"], ended["id"], "{explained}");
}

#[test]
fn the_mark_of_an_end_in_a_text_ends_that_text_and_one_that_ends_nothing_is_told_all_the_same() {
    let gateway = gateway();
    for (raise, end) in [
        ("Backup of db1 failed", "[OK] Backup of db1 failed"),
        ("[CRITICAL] UPS on battery", "UPS on battery - resolved"),
        ("3号网关离线", "3号网关已上线"),
    ] {
        let of_script = [raise, end].map(|it| post(&gateway, json!({ "title": it })));
        let of_cron = [raise, end].map(|it| gateway.post("cron", it).json()["alerts"][0].clone());
        for [begun, ended] in [of_script, of_cron] {
            assert_eq!(ended["ended"], begun["id"], "{end}: {ended}");
        }
    }
    for receivers in [json!(["team"]), json!([])] {
        let told = post(&gateway, json!({ "title": "[OK] Backup of db2" }));
        assert_eq!((&told["told"], told.get("ended")), (&receivers, None), "{told}");
    }
    assert!(seen(&gateway, "team").last().unwrap().contains("[OK] Backup of db2"));
}

#[test]
fn an_end_that_may_mean_several_alarms_ends_none_and_says_which() {
    let gateway = gateway();
    let hot = post(&gateway, json!({ "eui": "aa18", "name": "hot", "title": "Too hot", "action": "new" }));
    let door =
        post(&gateway, json!({ "eui": "aa18", "name": "door", "title": "Door open", "action": "new" }));
    let unclear = post(&gateway, json!({ "eui": "aa18", "action": "clear", "desc": "All is normal" }));
    let reason = text(&unclear["held"][0], "reason");
    assert_eq!(
        reason,
        format!("several open alarms may be meant ({}, {}): name the one that ends", hot["id"], door["id"])
    );
    assert!(unclear.get("ended").is_none());
    let clear = post(&gateway, json!({ "eui": "aa18", "action": "clear", "title": "door open" }));
    assert_eq!(clear["ended"], door["id"], "{clear}");
}

#[test]
fn the_texts_under_which_an_open_alarm_was_reported_stand_in_its_story_and_the_newest_in_its_end() {
    let gateway = gateway();
    let report = |desc: &str| json!({ "eui": "aa18", "name": "hot", "action": "new", "desc": desc });
    let begun = post(&gateway, report("Current -7.1"));
    post(&gateway, report("Current -3.0"));
    post(&gateway, json!({ "eui": "aa18", "name": "hot", "action": "clear" }));
    let last = seen(&gateway, "team").pop().unwrap();
    assert!(last.contains("Current -3.0"), "{last}");
    let explained = gateway.get(&format!("/api/v1/alerts/{}/explain", begun["id"])).json();
    let texts: Vec<_> = explained["texts"].as_array().unwrap().iter().map(|it| text(it, "text")).collect();
    assert_eq!(texts, ["Current -7.1", "Current -3.0"]);
}

#[test]
fn conditions_hold_however_the_severity_and_the_eui_are_written() {
    let gateway = gateway();
    let alarm =
        |level: &str| json!({ "eui": "24e124136b502217", "name": "hot", "action": "new", "level": level });
    assert_eq!(post(&gateway, alarm("mid"))["told"], json!(["team"]));
    assert_eq!(post(&gateway, alarm("urgent"))["told"], json!(["chief"]));
}
