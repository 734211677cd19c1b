//! One line of a message.

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
