//! The other alerts of a group, within the room that a message has for them.

use fanfare_core::Language;

use crate::fact::Fact;

/// The other alerts of a group, one line each, and the number of those that are not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherAlerts {
    lines: Vec<Fact>,
    not_shown: usize,
    language: Language,
}

impl OtherAlerts {
    /// Alerts with these lines, all of them shown, the most severe first.
    #[must_use]
    pub fn new(lines: Vec<Fact>, language: Language) -> Self {
        Self { lines, not_shown: 0, language }
    }

    /// The lines that are shown.
    #[must_use]
    pub fn lines(&self) -> &[Fact] {
        &self.lines
    }

    /// The texts of the lines that are shown, to be shortened.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.lines.iter_mut().map(|it| &mut it.text)
    }

    /// The same with every line changed by `change`.
    #[must_use]
    pub fn map_lines(self, change: impl FnMut(Fact) -> Fact) -> Self {
        Self { lines: self.lines.into_iter().map(change).collect(), ..self }
    }

    /// The note about alerts that are not shown, e.g. `… and 12 more alerts`; `None` if all are.
    #[must_use]
    pub fn more_note(&self) -> Option<String> {
        let number = self.not_shown;
        (number > 0).then(|| match (self.language, number) {
            (Language::En, 1) => "… and 1 more alert".to_owned(),
            (Language::En, _) => format!("… and {number} more alerts"),
            (Language::Zh, _) => format!("……另有 {number} 条告警"),
        })
    }

    /// Shows `number` lines at most, those that stand first.
    pub fn show_at_most(&mut self, number: usize) {
        self.not_shown += self.lines.len().saturating_sub(number);
        self.lines.truncate(number);
    }

    /// Shows the lines whose texts, each counted as `longest` bytes at most, have `room` together.
    pub fn show_within(&mut self, room: usize, longest: usize) {
        let mut used = 0;
        let fits = |line: &&Fact| {
            used += line.text.len().min(longest);
            used <= room
        };
        self.show_at_most(self.lines.iter().take_while(fits).count());
    }

    /// Leaves out lines from the end whose texts have `bytes` together, at least one; false if there is none.
    pub fn leave_out(&mut self, bytes: usize) -> bool {
        let mut freed = 0;
        let is_needed = |line: &&Fact| {
            let goes_on = freed < bytes.max(1);
            freed += line.text.len().max(1);
            goes_on
        };
        let number = self.lines.iter().rev().take_while(is_needed).count();
        self.show_at_most(self.lines.len() - number);
        number > 0
    }
}

#[cfg(test)]
mod tests;
