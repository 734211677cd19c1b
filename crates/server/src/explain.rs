//! The story of one alert: the ledger's rows, how it was routed, and all of it
//! in the order in which it happened.
//!
//! The API tells it; the command line reads that and prints it.

mod trace;
mod routing;
mod timeline;

#[cfg(test)]
mod fixtures;

use fanfare_gateway::AlertHistory;
use serde::Serialize;

pub(crate) use self::routing::Routing;
pub(crate) use self::timeline::{Event, What, timeline};
pub(crate) use self::trace::{Step, condition, trace};

/// The story of one alert, as the API tells it.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    #[serde(flatten)]
    story: AlertHistory,
    routing: Routing,
    timeline: Vec<Event>,
}

impl From<AlertHistory> for Explanation {
    fn from(mut story: AlertHistory) -> Self {
        let (routing, timeline) = (Routing::of(&story), timeline(&story));
        story.alert.labels = story.alert.all_labels();
        Self { routing, timeline, story }
    }
}
