//! Labels as lines of a message.

use fanfare_core::{Labels, keep_lines};

/// Labels that a message shows in places of their own.
const SHOWN_ELSEWHERE: [&str; 4] = ["alertname", "device", "eui", "severity"];

/// A line for each label that a message shows nowhere else: they say which of many it is.
pub(crate) fn label_lines(labels: &Labels) -> Vec<String> {
    let others = labels.iter().filter(|(name, _)| !SHOWN_ELSEWHERE.contains(name));
    others.map(|(name, text)| line(name, text)).collect()
}

/// A text with its name before it.
pub(crate) fn line(name: &str, text: &str) -> String {
    format!("{name}: {}", keep_lines(text))
}
