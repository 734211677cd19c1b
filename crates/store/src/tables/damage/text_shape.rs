//! Shapes of texts, as far as this version can read them: asked from SQL, cell by cell.

use fanfare_core::{Acknowledgement, Alert, DeliveryTerms, LastNotified, Step, Why};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::StoreError;
use crate::tables::alerts::SuppressionRecord;

/// The shape of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextShape {
    /// Any text that is UTF-8.
    Text,
    /// JSON of whatever content.
    Any,
    /// A list of texts.
    Texts,
    /// JSON of an alert.
    Alert,
    /// The receivers that were not told.
    Suppressions,
    /// The receivers that were told of an incident.
    LastNotified,
    /// JSON of an acknowledgement.
    Acknowledgement,
    /// The reason of a notification.
    Why,
    /// The terms of a notification.
    Terms,
    /// JSON of a step.
    Step,
}

impl TextShape {
    const ALL: [Self; 10] = [
        Self::Text,
        Self::Any,
        Self::Texts,
        Self::Alert,
        Self::Suppressions,
        Self::LastNotified,
        Self::Acknowledgement,
        Self::Why,
        Self::Terms,
        Self::Step,
    ];

    /// The condition, in SQL, that the cell in `column` is a text of this shape. Needs [`define`].
    pub(super) fn condition(self, column: &str) -> String {
        format!("(typeof({column}) = 'text' AND {}({column}))", self.function())
    }

    /// The name of the SQL function that knows the shape.
    fn function(self) -> &'static str {
        match self {
            Self::Text => "is_utf8",
            Self::Any => "is_json",
            Self::Texts => "is_list_of_texts",
            Self::Alert => "is_alert",
            Self::Suppressions => "is_list_of_suppressions",
            Self::LastNotified => "is_list_of_notified",
            Self::Acknowledgement => "is_acknowledgement",
            Self::Why => "is_reason",
            Self::Terms => "is_terms",
            Self::Step => "is_step",
        }
    }

    fn fits(self, text: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Any => is::<IgnoredAny>(text),
            Self::Texts => is::<Vec<String>>(text),
            Self::Alert => is::<Alert>(text),
            Self::Suppressions => is::<Vec<SuppressionRecord>>(text),
            Self::LastNotified => is::<Vec<LastNotified>>(text),
            Self::Acknowledgement => is::<Acknowledgement>(text),
            Self::Why => is::<Why>(text),
            Self::Terms => is::<DeliveryTerms>(text),
            Self::Step => is::<Step>(text),
        }
    }
}

fn is<T: DeserializeOwned>(text: &str) -> bool {
    serde_json::from_str::<T>(text).is_ok()
}

/// Defines the SQL functions of all shapes on a connection.
pub(super) fn define(db: &Connection) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for shape in TextShape::ALL {
        db.create_scalar_function(shape.function(), 1, flags, move |values| {
            Ok(values.get_raw(0).as_str().is_ok_and(|it| shape.fits(it)))
        })?;
    }
    Ok(())
}
