//! Fields of a body, whatever they are about.

use crate::json::{Json, Object};
use crate::scrub::scrub;

/// The fields of a sender's own besides Alertmanager's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// The fields of an alert that people are shown.
    pub(crate) shown: &'static [&'static str],
}

/// The object without credentials.
pub(super) fn scrubbed(fields: &Object) -> Object {
    match scrub(&Json::Object(fields.clone())) {
        Json::Object(fields) => fields,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => Object::new(),
    }
}
