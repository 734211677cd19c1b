//! Alertmanager: the body of its webhook (version 4), and the list that its API v2 takes.
//!
//! Identity is all labels as they were sent, so the fingerprint is the one that Alertmanager, amtool and
//! Grafana show. One alert that breaks Alertmanager's rules costs only itself.
//!
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>,
//! <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>

mod entry;
mod envelope;
mod labels;
mod fields;

use std::time::Duration;

use jiff::Timestamp;

use self::entry::EntryReader;
use self::envelope::Envelope;
pub(crate) use self::fields::Dialect;
use crate::json::Json;
use crate::{BodyFault, Hints, NothingToDo, Reading, SourceSettings, Unreadable};

/// Alertmanager's own bodies.
const PLAIN: Dialect = Dialect { shown: &[] };

/// Reads a body of Alertmanager's webhook or of its API.
pub(crate) fn read(
    body: &[u8],
    _: &Hints,
    source: &SourceSettings,
    now: Timestamp,
) -> Result<Reading, Unreadable> {
    read_dialect(body, PLAIN, source, now)
}

/// Reads a body in `dialect`.
pub(crate) fn read_dialect(
    body: &[u8],
    dialect: Dialect,
    source: &SourceSettings,
    now: Timestamp,
) -> Result<Reading, Unreadable> {
    let sent = Json::parse(body)?;
    let PostedAlerts { items, envelope, place } = PostedAlerts::open(sent)?;
    if items.is_empty() && envelope.truncated == 0 {
        let nothing = NothingToDo { path: place.to_owned(), reason: "the list of alerts is empty" };
        return Ok(Reading { nothing_to_do: vec![nothing], ..Reading::default() });
    }
    // Prometheus posts a list, again and again while an alert fires; an Alertmanager's webhook says itself what is over.
    let default_end = match place {
        "alerts" => None,
        _ => now.checked_add(source.resolve_after.unwrap_or(RESOLVE_TIMEOUT)).ok(),
    };
    let reader = EntryReader { dialect, envelope: &envelope, source, default_end, now };
    let mut reading = Reading::default();
    for (index, item) in items.into_iter().enumerate() {
        let place = if place == ALONE { ALONE.to_owned() } else { format!("{place}[{index}]") };
        match reader.read(item, place) {
            Ok(alert) => reading.alerts.push(alert),
            Err(refusal) => reading.refused.push(refusal),
        }
    }
    let notice = envelope.truncation_notice(&reading.alerts, source, now);
    reading.alerts.extend(notice);
    reading.unless_all_refused()
}

/// The time after which an alert is over that is not posted again: Alertmanager's default for `resolve_timeout`.
/// <https://prometheus.io/docs/alerting/latest/configuration/#file-layout-and-global-settings>
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// The place of an alert that is the whole body.
const ALONE: &str = "$";

/// The alerts of a body, and what is said about all of them.
struct PostedAlerts {
    items: Vec<Json>,
    envelope: Envelope,
    /// The place of the list, to which an item's number is added.
    place: &'static str,
}

impl PostedAlerts {
    fn open(sent: Json) -> Result<Self, Unreadable> {
        match sent {
            Json::List(items) => Ok(Self { items, envelope: Envelope::default(), place: "" }),
            Json::Object(mut fields) => match fields.remove("alerts") {
                Some(Json::List(items)) => {
                    Ok(Self { items, envelope: Envelope::read(fields), place: "alerts" })
                }
                Some(found) => Err(not_alerts("alerts", &found)),
                None if fields.contains_key("labels") => {
                    Ok(Self { items: vec![Json::Object(fields)], envelope: Envelope::default(), place: ALONE })
                }
                None => Err(Unreadable {
                    fault: BodyFault::NotAnAlert,
                    path: "$".to_owned(),
                    message: "found an object without `alerts`, expected the body of Alertmanager's webhook or a list of alerts"
                        .to_owned(),
                }),
            },
            found @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_)) => {
                Err(not_alerts("$", &found))
            }
        }
    }
}

fn not_alerts(place: &str, found: &Json) -> Unreadable {
    Unreadable {
        fault: BodyFault::NotAnAlert,
        path: place.to_owned(),
        message: format!("found {}, expected a list of alerts", found.kind()),
    }
}

#[cfg(test)]
mod tests;
