//! The explanation of one alert: its rows, its routing, and its timeline.

mod routing;
mod trace;
mod timeline;

#[cfg(test)]
mod fixtures;

use fanfare_api::{AlertExplanation, UnknownWord};
use fanfare_gateway::AlertHistory;

pub use self::trace::trace;
use crate::convert::explained;

/// Explains everything that happened to the alert of `history`.
pub(crate) fn explain(history: AlertHistory) -> Result<AlertExplanation, UnknownWord> {
    let routing = routing::routing(&history);
    let explanation = explained(history, routing)?;
    Ok(AlertExplanation { timeline: timeline::timeline(&explanation), ..explanation })
}
