//! Log fields that several modules write alike: titles, and lists of names and numbers.
//!
//! The levels of the log: ERROR means that a person must act (a delivery given up, a promise
//! abandoned), WARN that something went wrong and the gateway deals with it (a failed attempt, a
//! broken contract, an open circuit), INFO what is accepted, told and confirmed, each once, and
//! DEBUG what changes nothing for anybody (a mere repeat, a needless rung).

use std::fmt;

use fanfare_core::Alert;

/// The longest title in a line of the log, in bytes: as much as a message shows of it.
const LONGEST_TITLE: usize = 160;

/// The title of `alert`, or its name where it has none, cut to the longest that a line shows.
pub(crate) fn title(alert: &Alert) -> &str {
    let title = alert.title();
    &title[..title.floor_char_boundary(LONGEST_TITLE)]
}

/// The items of a list, separated by commas, each once and in order.
pub(crate) fn list<T: fmt::Display + Ord>(items: impl IntoIterator<Item = T>) -> String {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items.dedup();
    let mut text = String::new();
    for item in items {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&item.to_string());
    }
    text
}

#[cfg(test)]
mod tests;
