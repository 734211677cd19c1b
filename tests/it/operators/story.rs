use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{CONFIG, WRONG_SECRET, ask, gateway, mend, raise, switch_on, timeline, until_told};
use crate::harness::{PATIENCE, TestGateway, until};

#[test]
fn the_story_of_an_alert_tells_all_that_happened_to_it() {
    let gateway = gateway();
    switch_on(&gateway, "robot", WRONG_SECRET);
    // Or its end, a millisecond before the robot's, might be the event by which the ladder is climbed.
    switch_on(&gateway, "group", r#"{ "fault": { "late": { "millis": 300 } } }"#);
    let alert = raise(&gateway, "door", "urgent");
    until_told(&gateway, alert, &json!({ "event": "attempt", "channel": "boss", "outcome": "delivered" }));

    let acked = gateway.run(&["ack", &alert.to_string(), "--by", "Wang"], &[]);
    assert_eq!(
        (acked.code, acked.stdout.trim()),
        (Some(0), "alert 1 is acknowledged by Wang"),
        "{}",
        acked.said()
    );
    let again = gateway.run(&["ack", &alert.to_string(), "--by", "Li"], &[]);
    assert_eq!(again.code, Some(0), "{}", again.said());
    assert!(again.stdout.contains("acknowledged before, by Wang at "), "{}", again.stdout);
    until_told(&gateway, alert, &json!({ "event": "step", "step": "skip", "because": "acknowledged" }));
    mend(&gateway, "robot");

    let told = gateway.run(&["explain", &alert.to_string()], &[]).stdout;
    let in_this_order = [
        "Alert 1: door is open (urgent, firing)",
        "✗ route.routes[0] → on-call",
        "accepted from open: urgent",
        "to be told on group, robot: started (by route.routes[0]); all must confirm within 30s",
        "sign not match",
        "escalated to boss (rung 1): not delivered on enough channels",
        "delivered after ",
        "acknowledged by Wang",
        "rung 2 of the ladder is needless: acknowledged",
    ];
    let mut rest = told.as_str();
    for words in in_this_order.into_iter().map(|it| it.replace('✗', "✓")) {
        let at =
            rest.find(&words).unwrap_or_else(|| panic!("`{words}` is missing, or not in its place:\n{told}"));
        rest = &rest[at + words.len()..];
    }
    let chinese = gateway.run(&["explain", &alert.to_string(), "--language", "zh"], &[]).stdout;
    assert!(chinese.contains("Wang 已确认") && chinese.contains("升级到 boss"), "{chinese}");
}

#[test]
fn a_repeat_and_a_resolution_are_explained_too() {
    let gateway = gateway();
    let first = raise(&gateway, "door", "mid");
    let repeat = raise(&gateway, "door", "mid");
    assert_eq!(repeat, first, "a mere repeat has no row of its own");
    let story = ask(&gateway, &["explain", &first.to_string()]);
    assert_eq!((&story["repeats"], story["repeated_at"].is_string()), (&json!(1), true), "{story}");
    let reason = "already told, and the repeat interval has not passed";
    assert_eq!(story["repeat_reasons"], json!([reason]), "{story}");
    let told = gateway.run(&["explain", &first.to_string()], &[]).stdout;
    assert!(told.contains("Repeats of which nobody was told: 1, the last one at 20"), "{told}");
    assert!(told.lines().any(|it| it.starts_with("Repeats") && it.ends_with(reason)), "{told}");
    let team_was_told = |it: &&Value| it["event"] == "owed" && it["receiver"] == "team";
    let events = timeline(&gateway, first);
    assert_eq!(events.iter().filter(team_was_told).count(), 1, "the repeat told nobody: {events:?}");

    let end = json!({ "eui": "6353012af1093062", "name": "door", "action": "clear" }).to_string();
    let resolution = gateway.post("open", &end).json()["alerts"][0]["id"].as_i64().unwrap();
    gateway.until_nothing_is_owed();
    let story = ask(&gateway, &["explain", &resolution.to_string()]);
    assert_eq!(story["routing"], json!({ "by": "told_before" }), "{story}");
    assert_eq!(story["before"][0]["id"], first, "{story}");

    let over = gateway.run(&["ack", &first.to_string(), "--by", "Wang"], &[]);
    assert_eq!(over.code, Some(1), "{}", over.said());
    assert!(over.stderr.contains("409") && over.stderr.contains("is over"), "{}", over.stderr);
}

#[test]
fn everything_is_accounted_for() {
    let gateway = gateway();
    switch_on(&gateway, "robot", WRONG_SECRET);
    for (name, level) in [("door", "urgent"), ("door", "urgent"), ("window", "mid")] {
        raise(&gateway, name, level);
    }
    let audit = ask(&gateway, &["audit"]);
    assert_eq!(audit["unaccounted_in_all"], 0, "{audit}");
    assert_eq!((&audit["alerts"], &audit["repeats"]), (&json!(2), &json!(1)), "the second door: {audit}");
    let text = gateway.run(&["audit"], &[]).stdout;
    assert!(text.lines().any(|it| it.split_whitespace().eq(["alerts", "repeated", "1"])), "{text}");
}

/// A policy that is no longer the config's still explains what it decided.
#[test]
fn an_alert_is_explained_by_the_policy_it_was_decided_by() {
    let gateway = gateway();
    let alert = raise(&gateway, "door", "high");
    let config = CONFIG.replace("severity >= high", "severity >= urgent");
    gateway.site().write("fanfare.yaml", &config);
    let reloaded = gateway.run(&["reload"], &[]);
    assert_eq!(reloaded.code, Some(0), "{}", reloaded.said());
    let other = raise(&gateway, "window", "high");
    let why = |alert: i64| {
        let told = ask(&gateway, &["explain", &alert.to_string()]);
        told["routing"]["routes"][1]["why"].as_str().unwrap().to_owned()
    };
    assert_eq!(why(alert), "matches severity >= high");
    assert_eq!(why(other), "not severity >= urgent: it is `high`");

    gateway.site().write("fanfare.yaml", &config.replace("receiver: on-call", "receiver: on-cal"));
    let refused = gateway.run(&["reload"], &[]);
    assert_eq!(refused.code, Some(1), "{}", refused.said());
    assert!(
        refused.stdout.contains("on-cal") && refused.stdout.contains("nothing has changed"),
        "{}",
        refused.said()
    );
}

/// The delivery of the alert on a channel, as `fanfare explain` has it.
#[track_caller]
fn explained(gateway: &TestGateway, alert: i64, channel: &str) -> Value {
    let story = ask(gateway, &["explain", &alert.to_string()]);
    let notifications = story["notifications"].as_array().unwrap().iter();
    let mut deliveries = notifications.flat_map(|it| it["deliveries"].as_array().unwrap());
    deliveries.find(|it| it["channel"] == channel).unwrap_or_else(|| panic!("{story}")).clone()
}

#[test]
fn an_attempt_under_way_and_one_that_a_kill_cut_off_are_explained() {
    // Sends within a budget are entered before they are made.
    let config = CONFIG.replace("secret: { env: SECRET }, budget: unlimited", "secret: { env: SECRET }");
    let mut gateway = TestGateway::start(&config, &["--sandbox"], &[]);
    switch_on(&gateway, "robot", r#"{ "fault": "hang" }"#);
    let alert = raise(&gateway, "door", "high");
    let is_under_way = || explained(&gateway, alert, "robot")["under_way_since"].is_string();
    until("the attempt is under way", is_under_way, PATIENCE);
    let told = gateway.run(&["explain", &alert.to_string()], &[]);
    assert!(told.stdout.contains("under way since 20"), "{}", told.said());
    let site = Arc::clone(gateway.site());
    gateway.kill9();
    let gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
    until_told(&gateway, alert, &json!({ "event": "restarted", "cut_off": ["robot"] }));
    let told = gateway.run(&["explain", &alert.to_string()], &[]);
    let words = "the gateway was started again; its end cut off an attempt on robot";
    assert!(told.stdout.contains(words), "{}", told.said());
    let later = raise(&gateway, "window", "mid");
    gateway.until_nothing_is_owed();
    assert!(timeline(&gateway, later).iter().all(|it| it["event"] != "restarted"));
}

#[test]
fn each_restart_while_something_was_still_to_be_done_is_explained() {
    let mut gateway = gateway();
    let site = Arc::clone(gateway.site());
    let lives = || {
        let store = Connection::open(site.path("data/fanfare.sandbox.db")).unwrap();
        store.query_row("SELECT count(*) FROM lives", [], |row| row.get::<_, i64>(0)).unwrap_or_default()
    };
    switch_on(&gateway, "robot", r#"{ "fault": "close" }"#);
    let alert = raise(&gateway, "door", "high");
    let restarts = |gateway: &TestGateway| {
        timeline(gateway, alert).iter().filter(|it| it["event"] == "restarted").count()
    };
    assert_eq!(restarts(&gateway), 0);
    for life in 2..=4 {
        gateway.kill9();
        gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
        switch_on(&gateway, "robot", r#"{ "fault": "close" }"#);
        until("the life is entered", || lives() == life, PATIENCE);
    }
    assert_eq!(restarts(&gateway), 3);
    mend(&gateway, "robot");
    gateway.until_nothing_is_owed();
    gateway.kill9();
    let gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
    assert_eq!(restarts(&gateway), 3, "nothing was to be done any more");
}

#[test]
fn the_next_attempt_is_not_before_its_channel_may_send() {
    let gateway = gateway();
    switch_on(&gateway, "robot", WRONG_SECRET);
    let alert = raise(&gateway, "door", "high");
    until_told(
        &gateway,
        alert,
        &json!({ "event": "attempt", "channel": "robot", "outcome": "misconfigured" }),
    );
    // Wrong settings are probed after a minute.
    let story = ask(&gateway, &["explain", &alert.to_string()]);
    let received: Timestamp = story["received_at"].as_str().unwrap().parse().unwrap();
    let next: Timestamp = explained(&gateway, alert, "robot")["next_at"].as_str().unwrap().parse().unwrap();
    assert!(next.duration_since(received).as_secs() > 40, "{story}");
}
