//! The pages behind the link in a message.
//!
//! A page is one text: no script, no image, no font, nothing to fetch. It reads
//! on a phone, by day and by night, in the language its reader's browser asks for.

use std::fmt::{self, Display, Formatter, Write as _};

use actix_web::http::StatusCode;
use fanfare_core::{ChannelName, Locale};
use fanfare_words::{AckPageText, AckPageWords, Fact, Message, Renderer};
use jiff::Timestamp;

use super::name_field::{NAME_FIELD, NAME_LIMIT};

/// A page of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AckPage {
    /// The alert, and the button that acknowledges it.
    Ask {
        /// The notification in the reader's language.
        message: Box<Message>,
        /// The channels that were told.
        told: Vec<ChannelName>,
        /// The alerts that are acknowledged with it, if it tells a notice about others.
        about: NoticeAlerts,
    },
    /// The reader has acknowledged it now.
    Done(AckedBy),
    /// The incident was acknowledged before.
    Already(AckedBy),
    /// The incident has ended: there is nothing to acknowledge.
    Over,
    /// The link was good once.
    Expired,
    /// The link is not one of ours, or not whole.
    Invalid,
    /// The acknowledgement, or what it is for, could not be looked up or kept.
    Unavailable,
}

/// The alerts that a notice is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NoticeAlerts {
    /// The titles of the newest, the newest first.
    pub(crate) titles: Vec<String>,
    /// The number of all.
    pub(crate) number: usize,
}

/// The person who acknowledged, and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AckedBy {
    /// The name they gave, if they gave one.
    pub(crate) by: Option<String>,
    /// The time of the acknowledgement.
    pub(crate) at: Timestamp,
}

/// The headers of every page. Who has its address can acknowledge, so no other
/// site, cache or search engine is to learn it, and no other page may frame the button.
///
/// Without a referrer browsers post the form with `Origin: null`.
pub(crate) const HEADERS: [(&str, &str); 7] = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
];

/// Allows [`STYLE`], which the digest names, and a form that goes to us. A text
/// that got through as markup after all could do nothing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'sha256-r2s8SFrtVWErkUonFTG4EuAeS6AlAk4oKgvZNS4yUpU='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The looks of a page, in what browsers of 2020 know: chat programs bring old ones.
const STYLE: &str = include_str!("page/style.css");

impl AckPage {
    /// The page as HTML, in the language and by the clock of `locale`.
    pub(crate) fn html(&self, locale: &Locale) -> String {
        let words = AckPageWords::in_language(locale.language);
        Html { page: self, words, renderer: &Renderer::new(locale.clone()) }.to_string()
    }

    /// The status it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Ask { .. } | Self::Done(_) | Self::Already(_) | Self::Over => StatusCode::OK,
            Self::Expired => StatusCode::GONE,
            Self::Invalid => StatusCode::NOT_FOUND,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

struct Html<'a> {
    page: &'a AckPage,
    words: &'static AckPageWords,
    renderer: &'a Renderer,
}

impl Display for Html<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let words = self.words;
        match self.page {
            AckPage::Ask { message, told, about } => self.ask(f, message, told, about)?,
            AckPage::Done(acked_by) => self.signed(f, &words.done, acked_by)?,
            AckPage::Already(acked_by) => self.signed(f, &words.already, acked_by)?,
            AckPage::Over => self.plain(f, &words.over)?,
            AckPage::Expired => self.plain(f, &words.expired)?,
            AckPage::Invalid => self.plain(f, &words.invalid)?,
            AckPage::Unavailable => self.plain(f, &words.unavailable)?,
        }
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

impl Html<'_> {
    fn ask(
        &self,
        f: &mut Formatter<'_>,
        message: &Message,
        told: &[ChannelName],
        about: &NoticeAlerts,
    ) -> fmt::Result {
        let words = self.words;
        // The reader comes from the message, where the source's own link stands.
        let Message { title, facts: _, others, content, link: _ } = message;
        self.top(f, title)?;
        f.write_str("<dl>\n")?;
        for Fact { name, text, link: _ } in message.lines() {
            row(f, name, text)?;
        }
        others.more_note().iter().try_for_each(|note| row(f, "", note))?;
        if !told.is_empty() {
            let told: Vec<&str> = told.iter().map(ChannelName::as_str).collect();
            row(f, words.told, &told.join(words.comma))?;
        }
        self.alerts_of_notice(f, about)?;
        f.write_str("</dl>\n")?;
        self.form(f)?;
        paragraph(f, words.acknowledging_means)?;
        // Last, because it may be long, and the button must not be far.
        content.iter().try_for_each(|content| writeln!(f, "<pre>{}</pre>", EscapedText(content)))
    }

    /// The rows of what is acknowledged with a notice: what the button does must be seen before.
    fn alerts_of_notice(&self, f: &mut Formatter<'_>, about: &NoticeAlerts) -> fmt::Result {
        let NoticeAlerts { titles, number } = about;
        for (index, title) in titles.iter().enumerate() {
            row(f, if index == 0 { self.words.acknowledges } else { "" }, title)?;
        }
        match number.saturating_sub(titles.len()) {
            0 => Ok(()),
            more => row(f, "", &self.words.and_more(more)),
        }
    }

    fn form(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let AckPageWords { your_name, acknowledge, .. } = self.words;
        writeln!(
            f,
            "<form method=\"post\">\n\
             <label>{your_name}\n\
             <input name=\"{NAME_FIELD}\" maxlength=\"{NAME_LIMIT}\" autocomplete=\"name\"></label>\n\
             <button>{acknowledge}</button>\n\
             </form>"
        )
    }

    fn signed(&self, f: &mut Formatter<'_>, says: &AckPageText, acked_by: &AckedBy) -> fmt::Result {
        let words = self.words;
        let AckedBy { by, at } = acked_by;
        self.top(f, says.heading)?;
        f.write_str("<dl>\n")?;
        row(f, words.by, by.as_deref().unwrap_or(words.nameless))?;
        row(f, words.at, &self.renderer.time(*at))?;
        f.write_str("</dl>\n")?;
        paragraph(f, says.meaning)
    }

    fn plain(&self, f: &mut Formatter<'_>, says: &AckPageText) -> fmt::Result {
        self.top(f, says.heading)?;
        paragraph(f, says.meaning)
    }

    fn top(&self, f: &mut Formatter<'_>, heading: &str) -> fmt::Result {
        let (language, heading) = (self.words.tag, EscapedText(heading));
        writeln!(
            f,
            "<!DOCTYPE html>\n\
             <html lang=\"{language}\">\n\
             <head>\n\
             <meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{heading}</title>\n\
             <style>{STYLE}</style>\n\
             </head>\n\
             <body>\n\
             <main>\n\
             <h1>{heading}</h1>"
        )
    }
}

fn row(f: &mut Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    writeln!(f, "<dt>{}</dt><dd>{}</dd>", EscapedText(name), EscapedText(text))
}

fn paragraph(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "<p>{}</p>", EscapedText(text))
}

/// A text as text: nothing in it is markup, in an element or in an attribute.
struct EscapedText<'a>(&'a str);

impl Display for EscapedText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            _ => f.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests;
