//! A message before a channel gives it its form.

use std::fmt;

/// A notification or a digest in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line: how bad, what, where. E.g. `[URGENT] Temperature too high - Cold room 3`.
    pub title: String,
    /// Names and texts, the most important first.
    pub facts: Vec<Fact>,
    /// The sender's own longer text, as it came.
    pub content: Option<String>,
    /// A page about the alert at its source.
    pub link: Option<String>,
}

/// One line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The name of the text, in the message's language.
    pub name: &'static str,
    /// The text, on one line.
    pub text: String,
    /// The page behind the text, for channels that can show links.
    pub link: Option<String>,
}

impl fmt::Display for Message {
    /// The message as plain text, one fact a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, facts, content, link } = self;
        writeln!(f, "{title}")?;
        for Fact { name, text, link } in facts {
            write!(f, "\n{name}: {text}")?;
            link.as_ref().map_or(Ok(()), |link| write!(f, " {link}"))?;
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
