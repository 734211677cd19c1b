//! The deliveries and attempts of alerts, as a gateway's API tells them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{TestGateway, text};

/// The most rows of one answer.
const PAGE: usize = 1_000;

/// An alarm as a ThinkLink script posts it; the device tells it from others.
pub(crate) fn alarm(name: &str, device: u32, level: &str) -> Value {
    json!({
        "device": { "eui": format!("6353012a{device:08x}"), "name": format!("Cold room {device}") },
        "name": name,
        "action": "new",
        "level": level,
        "title": format!("{name}, reported by {device}."),
    })
}

/// One delivery, as `/api/v1/deliveries` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LedgerRow {
    pub(crate) id: i64,
    pub(crate) alert: i64,
    pub(crate) receiver: String,
    pub(crate) channel: String,
    pub(crate) severity: String,
    pub(crate) state: String,
    pub(crate) attempts: i64,
    /// The provider's words in the last answer, if there was one.
    pub(crate) reason: String,
}

impl LedgerRow {
    #[track_caller]
    fn of(row: &Value) -> Self {
        let number = |field: &str| row[field].as_i64().unwrap_or_else(|| panic!("no `{field}` in {row}"));
        Self {
            id: number("id"),
            alert: number("alert_id"),
            receiver: text(row, "receiver").to_owned(),
            channel: text(row, "channel").to_owned(),
            severity: text(row, "severity").to_owned(),
            state: text(row, "state").to_owned(),
            attempts: number("attempts"),
            reason: row["reason"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

/// Every delivery on a channel, newest first.
#[track_caller]
pub(crate) fn deliveries(gateway: &TestGateway, channel: &str) -> Vec<LedgerRow> {
    let mut rows: Vec<LedgerRow> = Vec::new();
    loop {
        let before = rows.last().map_or_else(String::new, |it| format!("&before={}", it.id));
        let answer = gateway.get(&format!("/api/v1/deliveries?channel={channel}&limit={PAGE}{before}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let page: Vec<_> =
            answer.json()["deliveries"].as_array().unwrap().iter().map(LedgerRow::of).collect();
        let is_last = page.len() < PAGE;
        rows.extend(page);
        if is_last {
            return rows;
        }
    }
}

/// The number of deliveries of a channel in each state.
#[track_caller]
pub(crate) fn states(gateway: &TestGateway, channel: &str) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for row in deliveries(gateway, channel) {
        *states.entry(row.state).or_default() += 1;
    }
    states
}

/// The outcome of each attempt of a delivery, in a word, oldest first.
#[track_caller]
pub(crate) fn attempts(gateway: &TestGateway, delivery: i64) -> Vec<String> {
    let answer = gateway.get(&format!("/api/v1/deliveries/{delivery}/attempts"));
    let attempts = answer.json();
    attempts["attempts"].as_array().unwrap().iter().map(|it| text(it, "outcome").to_owned()).collect()
}
