//! The explanation of one alert: its rows, its routing, and its timeline.

mod routing;
mod trace;
mod timeline;
mod outlook;

#[cfg(test)]
mod fixtures;

use fanfare_api::{AlertExplanation, UnknownWord};
use fanfare_gateway::{AlertHistory, DeliveryOutlook};

pub use self::trace::trace;
use crate::convert::explained;

/// Explains everything that happened to the alert of `history`, and what is about to happen as `outlook` has it.
pub(crate) fn explain(
    history: AlertHistory,
    outlook: &DeliveryOutlook,
) -> Result<AlertExplanation, UnknownWord> {
    let routing = routing::routing(&history);
    let mut explanation = explained(history, routing)?;
    outlook::add(&mut explanation, outlook);
    let restarts = outlook::restarts(&explanation, outlook);
    Ok(AlertExplanation { timeline: timeline::timeline(&explanation, restarts), ..explanation })
}
