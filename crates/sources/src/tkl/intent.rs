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
    /// A message is to be passed on.
    Tell,
    /// The sender looked and found that there is nothing to do.
    Nothing,
}

impl Intent {
    /// Takes what the body says of it. A word that we do not know means an
    /// alarm: rather told than lost.
    pub(super) fn take(body: &mut Body<'_>) -> Result<Self, Unreadable> {
        let types: Vec<Self> =
            EVERYWHERE.iter().filter_map(|part| take_word(body, part, "type", of_type)).collect();
        let actions: Vec<Self> =
            EVERYWHERE.iter().filter_map(|part| take_word(body, part, "action", of_action)).collect();
        body.refuse_composite("action")?;
        Ok(if actions.contains(&Self::Nothing) {
            Self::Nothing
        } else if types.contains(&Self::Tell) {
            Self::Tell
        } else if let Some(action) = actions.first() {
            *action
        } else if types.contains(&Self::Clear) {
            Self::Clear
        } else {
            Self::Raise
        })
    }
}

fn of_type(word: &str) -> Option<Intent> {
    match word {
        "alarm" | "new" => Some(Intent::Raise),
        "clear" => Some(Intent::Clear),
        "notify" => Some(Intent::Tell),
        _ => None,
    }
}

fn of_action(word: &str) -> Option<Intent> {
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
