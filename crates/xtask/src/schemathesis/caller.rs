//! The callers whose requests are drawn.

use serde::Serialize;

use super::gateway::{API_TOKEN, SOURCE_TOKEN};

/// A caller, by the credential that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestCaller {
    /// The token of the API.
    Operator,
    /// The token of a source.
    Sender,
    /// No credential at all.
    Stranger,
}

impl RequestCaller {
    /// Every caller, each of which asks every operation.
    pub const ALL: [Self; 3] = [Self::Operator, Self::Sender, Self::Stranger];

    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Sender => "sender",
            Self::Stranger => "stranger",
        }
    }

    /// The token that it shows.
    pub(super) fn token(self) -> Option<&'static str> {
        match self {
            Self::Operator => Some(API_TOKEN),
            Self::Sender => Some(SOURCE_TOKEN),
            Self::Stranger => None,
        }
    }
}
