use super::gateway::link_in;
use super::*;

/// The parts of a report of version 4.32.5 that are read, with one failure.
const REPORT: &str = r#"{
    "seed": 1, "running_time": 24.8, "errors": [],
    "operations": {"total": 38, "selected": 38, "tested": 37},
    "test_cases": {"generated": 1909, "with_failures": 2},
    "failures": [{"type": "MissingContentType", "code": "ST104", "title": "Missing Content-Type header",
        "count": 2, "operations": ["GET /-/healthy", "GET /-/ready"]}]
}"#;

fn report(json: &str) -> SchemathesisReport {
    let row = SchemathesisRow::parse(RequestCaller::Sender, json.as_bytes()).unwrap();
    SchemathesisReport { seed: 1, rows: vec![row] }
}

#[test]
fn a_finding_fails_the_run_and_is_told_with_its_operations() {
    let found = report(REPORT);
    assert_eq!((found.rows[0].cases, found.rows[0].operations), (1909, 37));
    let told = found.verdict().unwrap_err().to_string();
    assert!(told.contains("sender: Missing Content-Type header: GET /-/healthy, GET /-/ready"), "{told}");
}

#[test]
fn a_run_that_leaves_an_operation_out_has_failed() {
    let clean = REPORT.split_once("\"failures\"").unwrap().0.to_owned() + "\"failures\": []}";
    assert_eq!(report(&clean).verdict().unwrap_err().to_string(), "only 37 of 38 operations were asked");
    assert!(report(&clean.replace("37", "38")).verdict().is_ok());
}

#[test]
fn an_error_of_the_tool_is_no_clean_run() {
    let failed = REPORT.replace(r#""errors": []"#, r#""errors": [{"title": "Network Error"}]"#);
    assert!(SchemathesisRow::parse(RequestCaller::Sender, failed.as_bytes()).is_err());
}

#[test]
fn the_link_of_a_message_is_found() {
    let messages = r#"[{"text": "see https://alerts.example.com/ack/AbC-1_2.x) \n"}]"#;
    assert_eq!(link_in(messages).as_deref(), Some("AbC-1_2.x"));
    assert_eq!(link_in("no link"), None);
}
