//! A message before a channel gives it its form.

use std::fmt;

use crate::fact::Fact;
use crate::other_alerts::OtherAlerts;

/// A notification or a digest in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line: how bad, what, where. E.g. `[URGENT] Temperature too high - Cold room 3`.
    pub title: String,
    /// Names and texts, the most important first.
    pub facts: Vec<Fact>,
    /// The other alerts of the group; none where the group is one alert.
    pub others: OtherAlerts,
    /// The sender's own longer text: its lines as they came, each ended by `\n` alone.
    pub content: Option<String>,
    /// A page about the alert at its source.
    pub link: Option<String>,
}

impl Message {
    /// The lines of the message: its facts, then the other alerts that are shown.
    pub fn lines(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().chain(self.others.lines())
    }
}

impl fmt::Display for Message {
    /// The message as plain text, one line a fact or alert.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, facts: _, others, content, link } = self;
        writeln!(f, "{title}")?;
        for Fact { name, text, link } in self.lines() {
            write!(f, "\n{name}: {text}")?;
            link.as_ref().map_or(Ok(()), |link| write!(f, " {link}"))?;
        }
        if let Some(note) = others.more_note() {
            write!(f, "\n{note}")?;
        }
        if let Some(content) = content {
            write!(f, "\n\n{content}")?;
        }
        if let Some(link) = link {
            write!(f, "\n\n{link}")?;
        }
        Ok(())
    }
}
