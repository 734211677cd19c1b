//! Self-alerts in words: the event and the remedy.

mod english;
mod chinese;
mod facts;

use fanfare_core::Language;

pub use self::facts::{
    AbandonedContractFacts, RaisedCondition, ResolvedCondition, SelfAlertFacts, SelfAlertText,
};

impl SelfAlertFacts {
    /// The texts in `language`.
    #[must_use]
    pub fn text(&self, language: Language) -> SelfAlertText {
        match language {
            Language::En => english::text(self),
            Language::Zh => chinese::text(self),
        }
    }
}

#[cfg(test)]
mod tests;
