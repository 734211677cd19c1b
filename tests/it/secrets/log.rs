//! Log lines that somebody outside tries to forge.

use fanfare_sandbox::{Fault, MailStage};
use serde_json::{Value, json};

use super::{
    API_TOKEN, ENV_TOKEN, SPARE, SecretsSetup, WRONG_TOKEN, careless_alarm, channels, everywhere, mail,
};
use crate::harness::{PATIENCE, TestRequest, until};

/// A text that would look like a line of ours, at the beginning of one.
const LINE: &str = "2026-11-23T00:00:00Z ERROR forged";

/// The ends of a line, and what terminals obey.
const BREAKS: [&str; 4] = ["\n", "\r\n", "\u{2028}", "\u{1b}[2K\n"];

#[test]
fn nobody_writes_lines_into_the_log() {
    let words = format!("told\n{LINE} by a provider\n");
    let fault = Fault::Errcode { code: 40_001, words };
    let mut scene = SecretsSetup::new(everywhere(&fault, mail(MailStage::Auth, 535, "5.7.8 no")));
    scene.live();
    let to = scene.gateway.address();
    for line_break in BREAKS {
        let text = format!("x{line_break}{LINE}");
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in [
            format!("/ingest/{encoded}"),
            format!("/ingest/by-env?{encoded}={encoded}"),
            format!("/ack/{encoded}"),
            format!("/{encoded}"),
        ] {
            TestRequest::post(&path, careless_alarm().to_string()).bearer(WRONG_TOKEN).send(to);
            TestRequest::get(&path).header("User-Agent", &encoded).send(to);
        }
        let mut alarm = careless_alarm();
        alarm["title"] = text.as_str().into();
        alarm["name"] = text.as_str().into();
        alarm[&text] = text.as_str().into();
        let wrong = json!({ "device": { &text: 1 }, "level": text, &text: { &text: [text] } });
        for body in [alarm, wrong, json!([{ &text: 1 }])] {
            TestRequest::post("/ingest/by-env", body.to_string()).bearer(ENV_TOKEN).send(to);
        }
        let order = |path: &str, body: Value| {
            TestRequest::post(&format!("/api/v1/{path}"), body.to_string()).bearer(API_TOKEN).send(to)
        };
        order("alerts/1/acknowledge", json!({ "by": text }));
        order(&format!("channels/{encoded}/test"), json!({ "by": text }));
        order("dead-letters/retry", json!({ "ids": ["d1"], "by": text }));
        order("dead-letters/discard", json!({ "channel": text, "by": text, "reason": text }));
    }
    let spare_is_told = || !scene.providers.seen(SPARE).is_empty();
    until("it is said that channels are broken", spare_is_told, PATIENCE);
    let told = channels().all(|it| scene.gateway.log().contains(it));
    scene.gateway.terminate_and_wait();
    let log = scene.gateway.log();
    assert!(told && log.contains("forged"), "nothing of it was logged at all");
    let forged = log.split(['\n', '\r', '\u{2028}']).find(|line| line.starts_with(LINE));
    assert_eq!(forged, None);
    assert!(!log.contains('\u{1b}'), "terminals obey it");
}
