//! The lists of the API, each with every filter.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::report::ListFigure;
use crate::load::{LoadClient, PostTarget};

/// A reader of lists.
#[derive(Debug)]
pub(super) struct ListReader {
    address: SocketAddr,
    alerts: u32,
}

/// The lists with their filters; `FINGERPRINT` and `MIDDLE` stand for those of an alert in the middle.
const LISTS: [&str; 27] = [
    "alerts",
    "alerts?fingerprint=FINGERPRINT",
    "alerts?fingerprint=00000000deadbeef",
    "alerts?before=MIDDLE",
    "alerts?status=firing",
    "alerts?status=resolved",
    "alerts?severity=low",
    "alerts?source=nobody",
    "alerts?receiver=nobody",
    "alerts?contract=broken",
    "alerts?since=2020-01-01T00:00:00Z&severity=low",
    "alerts?since=2100-01-01T00:00:00Z",
    "alerts?matchers=device%3Dnobody",
    "deliveries",
    "deliveries?channel=channel-1",
    "deliveries?channel=nobody",
    "deliveries?state=pending",
    "deliveries?state=delivered",
    "deliveries?state=dead",
    "deliveries?state=discarded",
    "deliveries?channel=channel-2&state=delivered&before=MIDDLE",
    "deliveries?alert=MIDDLE",
    "dead-letters",
    "dead-letters?channel=channel-1",
    "dead-letters?receiver=everyone",
    "dead-letters?since=2020-01-01T00:00:00Z",
    "alerts/MIDDLE/explain",
];

impl ListReader {
    pub(super) fn new(address: SocketAddr, alerts: u32) -> Self {
        Self { address, alerts }
    }

    /// The times that each list takes, asked for so many times.
    pub(super) async fn read_all(&self, asks: u32) -> Result<Vec<ListFigure>> {
        let middle = (self.alerts / 2).max(1);
        let one: Value =
            serde_json::from_slice(&self.get(&format!("alerts?before={}&limit=1", middle + 1)).await?.1)?;
        let fingerprint = one.pointer("/alerts/0/alert/fingerprint").and_then(Value::as_str);
        let fingerprint = fingerprint.context("there is no alert in the middle of the store")?;
        let mut figures = Vec::new();
        for list in LISTS {
            let path = list.replace("FINGERPRINT", fingerprint).replace("MIDDLE", &middle.to_string());
            let mut times = Vec::new();
            for _ in 0..asks.max(1) {
                times.push(self.get(&path).await?.0);
            }
            figures.push(ListFigure::new(list, &times));
        }
        Ok(figures)
    }

    /// Tells whether everything was told.
    pub(super) async fn is_nothing_pending(&self) -> Result<bool> {
        self.is_empty("deliveries", "state=pending").await
    }

    /// Tells whether all ended alerts up to the id `last` were deleted.
    pub(super) async fn are_deleted_up_to(&self, last: u32) -> Result<bool> {
        self.is_empty("alerts", &format!("status=resolved&before={}", u64::from(last) + 1)).await
    }

    async fn is_empty(&self, list: &str, filter: &str) -> Result<bool> {
        let answer = self.get(&format!("{list}?{filter}&limit=1")).await?.1;
        let answer: Value = serde_json::from_slice(&answer)?;
        Ok(answer.get(list).and_then(Value::as_array).is_some_and(Vec::is_empty))
    }

    /// The milliseconds until the answer, without those of connecting, and the answer.
    async fn get(&self, path: &str) -> Result<(f64, Bytes)> {
        let target = PostTarget { address: self.address, path: format!("/api/v1/{path}"), token: None };
        let mut client = LoadClient::connect(&target).await?;
        let asked = Instant::now();
        let answer = client.get().await?;
        if !answer.status.is_success() {
            bail!("{path} is answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        Ok((asked.elapsed().as_secs_f64() * 1e3, answer.body))
    }
}
