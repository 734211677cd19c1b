//! `fanfare tkl doctor`: the scripts that we ship, and those of the documents, on both versions of ThinkLink.

use crate::harness::{FinishedCommand, TestFolder, root};

fn doctor(script: &str, arguments: &[&str]) -> FinishedCommand {
    let folder = TestFolder::new("");
    folder.write("script.js", script);
    folder.run(&[&["tkl", "doctor", "script.js"], arguments].concat(), &[])
}

/// The path of one of our scripts, and its text.
fn shipped(name: &str) -> (String, String) {
    let path = root().join("examples/tkl").join(name);
    (path.display().to_string(), std::fs::read_to_string(&path).unwrap())
}

/// The lines of the table for a version.
fn lines<'a>(checked: &'a FinishedCommand, version: &str) -> Vec<&'a str> {
    checked.stdout.lines().filter(|it| it.starts_with(version)).collect()
}

#[track_caller]
fn check(checked: &FinishedCommand, version: &str, words: &[&str]) {
    let lines = lines(checked, version).join("\n");
    assert!(words.iter().all(|it| lines.contains(it)), "{version}: {}", checked.said());
}

#[test]
fn the_scripts_for_the_old_version_reach_people_on_both() {
    let ((_, trigger), (rpc, _)) = (shipped("old_gw_alert_trigger.js"), shipped("old_gw_alert.js"));
    let checked = doctor(&trigger, &["--rpc", &rpc]);
    for version in ["2.00.011", "newer"] {
        check(
            &checked,
            version,
            &["publishes /v32/acme/as/dn/data/fanfare", "yes: urgent, firing: Temperature too high"],
        );
    }
    assert_eq!(checked.code, Some(0), "{}", checked.said());
}

#[test]
fn the_scripts_for_newer_versions_are_said_not_to_run_on_the_old_one() {
    let ((_, trigger), (rpc, script)) = (shipped("gw_alert_trigger.js"), shipped("gw_alert.js"));
    let checked = doctor(&trigger, &["--rpc", &rpc]);
    check(&checked, "2.00.011", &["does not run", "thingModelId"]);
    check(&checked, "newer", &["posts to 127.0.0.1", "yes: "]);
    assert_eq!(checked.code, Some(1), "{}", checked.said());
    check(&doctor(&script, &[]), "2.00.011", &["does not run", "`undefined`"]);
}

#[test]
fn a_post_whose_token_would_lie_on_the_broker_is_named_and_its_token_is_not() {
    let script = r#"return [{ type: "axios", dnMsg: { method: "POST",
        url: "https://oapi.dingtalk.com/robot/send?access_token=a-secret-part",
        data: { msgtype: "text", text: { content: "Cold room 3 is too warm" } } } }];"#;
    let checked = doctor(script, &[]);
    check(&checked, "2.00.011", &["nothing is posted; the alert and its token lie on the broker"]);
    check(&checked, "newer", &["posts to oapi.dingtalk.com", "yes: ", "once its address is Fanfare's"]);
    assert!(!checked.said().contains("a-secret-part"), "{}", checked.said());
}

#[test]
fn a_script_is_run_with_the_device_that_is_given() {
    let folder = TestFolder::new("");
    folder.write(
        "script.js",
        "return device.eui === 'b1' ? [{ target: 'fanfare', dnMsg: { eui: 'b1', desc: params.x } }] : [];",
    );
    folder.write("device.json", r#"{ "eui": "b1", "tenant_code": "site" }"#);
    folder.write("params.json", r#"{ "x": "Door open" }"#);
    let nothing = folder.run(&["tkl", "doctor", "script.js"], &[]);
    check(&nothing, "newer", &["asks for nothing"]);
    let arguments = ["tkl", "doctor", "script.js", "--device", "device.json", "--params", "params.json"];
    let checked = folder.run(&arguments, &[]);
    check(&checked, "2.00.011", &["/v32/site/as/dn/data/fanfare", "Door open"]);
    let chinese = folder.run(&[&["--language", "zh"], &arguments[..]].concat(), &[]);
    assert!(chinese.stdout.contains("能：") && chinese.stdout.contains("Door open"), "{}", chinese.said());
    let json = folder.run(&[&arguments[..], &["--json"]].concat(), &[]);
    let found: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (found[0]["thinklink"].as_str(), found[1]["reaches_fanfare"].as_bool()),
        (Some("2.00.011"), Some(true))
    );
}
