//! Intents: raise, clear, notify, nothing.

use crate::Unreadable;
use crate::json::Json;

use super::body::{Body, EVERYWHERE, Part};

/// The intent of a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    /// The alarm holds.
    Raise,
    /// The alarm has ended.
    Clear,
    /// A message without a state is to be passed on.
    Notify,
    /// The sender asks for nothing.
    Nothing,
}

impl Intent {
    /// Takes the intent from the body. An unknown word means an alarm: rather one
    /// notification too many than a lost alarm.
    pub(super) fn take(body: &mut Body<'_>) -> Result<Self, Unreadable> {
        let types: Vec<Self> =
            EVERYWHERE.iter().filter_map(|part| take_word(body, part, "type", from_type)).collect();
        let actions: Vec<Self> =
            EVERYWHERE.iter().filter_map(|part| take_word(body, part, "action", from_action)).collect();
        body.refuse_composite("action")?;
        Ok(if actions.contains(&Self::Nothing) {
            Self::Nothing
        } else if types.contains(&Self::Notify) {
            Self::Notify
        } else if let Some(action) = actions.first() {
            *action
        } else if types.contains(&Self::Clear) {
            Self::Clear
        } else {
            Self::Raise
        })
    }
}

fn from_type(word: &str) -> Option<Intent> {
    match word {
        "alarm" | "new" => Some(Intent::Raise),
        "clear" => Some(Intent::Clear),
        "notify" => Some(Intent::Notify),
        _ => None,
    }
}

fn from_action(word: &str) -> Option<Intent> {
    match word {
        "new" => Some(Intent::Raise),
        "clear" | "cleared" | "resolved" => Some(Intent::Clear),
        "no" => Some(Intent::Nothing),
        _ => None,
    }
}

fn take_word(
    body: &mut Body<'_>,
    part: Part,
    name: &str,
    meaning: fn(&str) -> Option<Intent>,
) -> Option<Intent> {
    body.take_if(part, name, |found: &Json| meaning(&found.text()?.to_lowercase()))
}
