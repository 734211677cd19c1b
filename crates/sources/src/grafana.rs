//! Grafana: the body of its webhook, Alertmanager's with values and links in each alert.
//!
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>

use jiff::Timestamp;

use crate::alertmanager::{Dialect, read_dialect};
use crate::{Hints, Reading, SourceSettings, Unreadable};

/// Grafana's fields of an alert. `values` says in short what `valueString` says at length, which stays in `extra`.
const DIALECT: Dialect = Dialect { shown: &["values", "dashboardURL", "panelURL", "silenceURL", "imageURL"] };

/// Reads a body of Grafana's webhook.
pub(crate) fn read(
    body: &[u8],
    _: &Hints,
    source: &SourceSettings,
    now: Timestamp,
) -> Result<Reading, Unreadable> {
    read_dialect(body, DIALECT, source, now)
}

#[cfg(test)]
mod tests;
