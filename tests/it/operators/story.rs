use serde_json::json;

use super::{WRONG_SECRET, ask, gateway, mend, raise, switch_on, timeline, until_told};

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
    let team_was_told = |it: &&serde_json::Value| it["event"] == "owed" && it["receiver"] == "team";
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
    let config = super::CONFIG.replace("severity >= high", "severity >= urgent");
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
