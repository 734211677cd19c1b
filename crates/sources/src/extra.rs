//! Entries for the part of a body that was not understood.

use std::collections::VecDeque;

use fanfare_core::{Labels, cut_to_bytes};

use crate::json::{Json, Object};

/// The largest number of entries of one alert. The richest documented body has about
/// twenty; a dumped device about sixty.
const MAX_ENTRIES: usize = 200;

/// The largest number of levels that are read. A dumped device has five.
const MAX_DEPTH: usize = 16;

/// The length of an entry's name, at most, in bytes: room for sixteen levels of usual names.
const MAX_PATH_BYTES: usize = 256;

/// The length of one text of an alert, at most, in bytes; twice what the tightest
/// channels can show.
const MAX_TEXT_BYTES: usize = 4096;

/// The bytes that each alert of a body keeps, at most, of what stands beside all of them: a body of 1 MiB may hold
/// many thousand alerts.
const MAX_SHARED_BYTES: usize = 2048;

/// The mark of a text that was cut, and the name of the entry with the number of entries
/// left out. No body can set that entry: a field's name never begins with a bracket here.
pub(crate) const CUT: &str = "[cut]";

/// The text cut to [`MAX_TEXT_BYTES`], with a visible mark.
pub(crate) fn bounded(text: &str) -> String {
    cut_to_bytes(text, MAX_TEXT_BYTES, &format!("… {CUT}"))
}

/// The texts of `values` joined by commas; `None` if a value has parts.
pub(crate) fn joined(values: &[Json]) -> Option<String> {
    if values.iter().any(Json::is_composite) {
        return None;
    }
    Some(values.iter().filter_map(Json::text).collect::<Vec<_>>().join(", "))
}

/// The values of `rest` by their dotted paths, the outermost first, so that a bound cuts
/// off the deepest.
pub(crate) fn flatten(rest: Object) -> Labels {
    let mut flat = FlatEntries::default();
    let mut waiting: VecDeque<(usize, String, Json)> = VecDeque::new();
    waiting.extend(rest.into_iter().map(|(name, value)| (1, cut_path(&name), value)));
    while let Some((depth, path, value)) = waiting.pop_front() {
        match value {
            Json::Null => {}
            Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
                flat.put(path, value.text().unwrap_or_default())
            }
            Json::List(items) if let Some(text) = joined(&items) => flat.put(path, &text),
            Json::List(_) | Json::Object(_) if depth == MAX_DEPTH => flat.put(path, "[cut: nested too deep]"),
            Json::List(items) => waiting.extend(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(i, it)| (depth + 1, cut_path(&format!("{path}[{i}]")), it)),
            ),
            Json::Object(fields) => waiting.extend(
                fields.into_iter().map(|(name, it)| (depth + 1, cut_path(&format!("{path}.{name}")), it)),
            ),
        }
    }
    flat.finish()
}

/// The entries of `all` that every alert of a body keeps, up to [`MAX_SHARED_BYTES`].
pub(crate) fn shared(all: &Labels) -> Labels {
    let mut kept = Labels::default();
    let mut room = MAX_SHARED_BYTES;
    for (name, text) in all.iter() {
        if let Some(rest) = room.checked_sub(name.len() + text.len()) {
            kept.set(name, text);
            room = rest;
        }
    }
    kept
}

fn cut_path(path: &str) -> String {
    cut_to_bytes(path, MAX_PATH_BYTES, "…")
}

/// The entries of a flattened body, up to [`MAX_ENTRIES`].
#[derive(Default)]
struct FlatEntries {
    entries: Labels,
    taken: usize,
    left_out: usize,
}

impl FlatEntries {
    fn put(&mut self, path: String, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.taken == MAX_ENTRIES {
            self.left_out += 1;
            return;
        }
        self.taken += 1;
        self.entries.set(path, bounded(text));
    }

    fn finish(mut self) -> Labels {
        if self.left_out > 0 {
            self.entries.set(CUT, format!("{} more entries were left out", self.left_out));
        }
        self.entries
    }
}

#[cfg(test)]
mod tests;
