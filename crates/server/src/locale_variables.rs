//! The reader's language, as the environment names it.

use std::env;

use fanfare_core::Language;

/// The variables of the environment that name the reader's language, as POSIX and GNU gettext
/// read them; an empty text is as good as none.
#[derive(Debug, Clone, Default)]
pub struct LocaleVariables {
    /// The locale for everything, `LC_ALL`.
    pub lc_all: String,
    /// The locale for messages, `LC_MESSAGES`.
    pub lc_messages: String,
    /// The locale where the others name none, `LANG`.
    pub lang: String,
    /// The languages in the order of preference, with colons between them, `LANGUAGE`.
    pub language: String,
}

impl LocaleVariables {
    /// The variables of this process.
    #[must_use]
    pub fn from_environment() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        Self {
            lc_all: variable("LC_ALL"),
            lc_messages: variable("LC_MESSAGES"),
            lang: variable("LANG"),
            language: variable("LANGUAGE"),
        }
    }

    /// The language that they ask for by name: Chinese, or none. A machine that says `C` or
    /// `en_US` tends to have been left as it came, so the config may say more.
    pub(crate) fn language(&self) -> Option<Language> {
        let Self { lc_all, lc_messages, lang, language } = self;
        let locale = [lc_all, lc_messages, lang].into_iter().find(|it| !it.is_empty())?;
        let preferred = language.split(':').next().filter(|it| !it.is_empty());
        let wanted = match language_of(locale) {
            "C" | "POSIX" => locale, // which `LANGUAGE` does not overrule
            _ => preferred.unwrap_or(locale),
        };
        (language_of(wanted) == "zh").then_some(Language::Zh)
    }
}

/// The language of a locale such as `zh_CN.UTF-8`.
fn language_of(locale: &str) -> &str {
    locale.split(['_', '-', '.', '@']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
