//! A new config while the gateway runs: all of it, or nothing.

mod file;
mod load;

use serde_json::Value;

use crate::harness::{TestAnswer, TestGateway, TestRequest};

/// Has the gateway read its config again.
#[track_caller]
fn reload(gateway: &TestGateway) -> TestAnswer {
    TestRequest::new("POST", "/-/reload").send(gateway.address())
}

#[track_caller]
fn check_reloaded(gateway: &TestGateway) {
    let answer = reload(gateway);
    assert_eq!((answer.status, &answer.json()["status"]), (200, &"reloaded".into()), "{answer:?}");
    assert_eq!(metric(gateway, "fanfare_config_last_reload_successful"), 1.0);
}

/// The gateway refuses its new config for these reasons: where, and words of what is wrong.
#[track_caller]
fn check_refused(gateway: &TestGateway, reasons: &[(&str, &str)]) {
    let answer = reload(gateway);
    assert_eq!(answer.status, 400, "{answer:?}");
    let json = answer.json();
    assert_eq!(json["error"]["code"], "unsound_config", "{json}");
    let errors = json["problems"].as_array().unwrap().iter().filter(|it| it["severity"] == "error");
    let errors: Vec<&Value> = errors.collect();
    assert_eq!(errors.len(), reasons.len(), "{json}");
    for (error, (path, words)) in errors.iter().zip(reasons) {
        assert_eq!(error["path"], *path, "{json}");
        assert!(error["message"].as_str().unwrap().contains(words), "`{words}` is not said: {json}");
    }
    assert_eq!(metric(gateway, "fanfare_config_last_reload_successful"), 0.0);
}

/// The value of a metric without labels.
#[track_caller]
fn metric(gateway: &TestGateway, name: &str) -> f64 {
    let text = gateway.get("/metrics").body;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}
