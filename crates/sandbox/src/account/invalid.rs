//! The reasons why settings make no account.

/// The reason why settings make no account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    /// No provider of the sandbox has this kind.
    #[error("the sandbox has no fake of kind `{kind}`; it has {known}")]
    UnknownKind {
        /// The kind that was asked for.
        kind: String,
        /// The kinds that the sandbox has, in backticks.
        known: String,
    },
    /// A setting that must be there is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A setting that this kind does not have.
    #[error("`{0}` is not a setting the sandbox knows")]
    UnknownSetting(String),
    /// A setting whose value is not possible.
    #[error("`{0}` must be {1}")]
    Invalid(&'static str, &'static str),
}
