//! The delivery terms of a receiver in words.

use fanfare_core::{ChannelName, DeliveryTerms, Language, Rung, Succeed, Unless};

/// The delivery terms of a receiver in words, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermsWords {
    language: Language,
}

impl TermsWords {
    /// The words in `language`.
    #[must_use]
    pub const fn in_language(language: Language) -> Self {
        Self { language }
    }

    /// The receiver's own channels in the order in which they are told: `ops, mail`, or `ops, then mail`.
    #[must_use]
    pub fn channels(self, terms: &DeliveryTerms) -> String {
        let then = match self.language {
            Language::En => ", then ",
            Language::Zh => "，然后 ",
        };
        let (first, later) = terms.channels.split_at(terms.first().len());
        let in_turn = [self.names(first)].into_iter().chain(later.iter().map(ToString::to_string));
        in_turn.collect::<Vec<_>>().join(then)
    }

    /// The condition that counts as told: `all confirm within 1m`, or `1 confirms`.
    #[must_use]
    pub fn contract(self, terms: &DeliveryTerms) -> String {
        match self.language {
            Language::En => english_contract(terms),
            Language::Zh => chinese_contract(terms),
        }
    }

    /// The channels told otherwise, each rung with its time: `after 1m unless delivered: team-wecom`.
    pub fn ladder(self, terms: &DeliveryTerms) -> impl Iterator<Item = String> {
        terms.escalate.iter().map(move |Rung { after, unless, to }| {
            let to = self.names(to);
            match self.language {
                Language::En => format!("after {after} unless {unless}: {to}"),
                Language::Zh => format!("{after} 后若{}则通知 {to}", not_yet(*unless)),
            }
        })
    }

    fn names(self, channels: &[ChannelName]) -> String {
        let comma = match self.language {
            Language::En => ", ",
            Language::Zh => "、",
        };
        channels.iter().map(ChannelName::as_str).collect::<Vec<_>>().join(comma)
    }
}

fn english_contract(terms: &DeliveryTerms) -> String {
    let enough = match terms.contract.succeed {
        Succeed::All => "all confirm".to_owned(),
        Succeed::AtLeast(number) if number.get() == 1 => "1 confirms".to_owned(),
        Succeed::AtLeast(number) => format!("{number} confirm"),
    };
    match terms.contract.within {
        Some(within) => format!("{enough} within {within}"),
        None => enough,
    }
}

fn chinese_contract(terms: &DeliveryTerms) -> String {
    let enough = match terms.contract.succeed {
        Succeed::All => "全部渠道".to_owned(),
        Succeed::AtLeast(number) => format!("{number} 个渠道"),
    };
    match terms.contract.within {
        Some(within) => format!("{enough}在 {within} 内送达"),
        None => format!("{enough}送达"),
    }
}

fn not_yet(unless: Unless) -> &'static str {
    match unless {
        Unless::Delivered => "未送达足够的渠道",
        Unless::Acknowledged => "未确认",
        Unless::Resolved => "未恢复",
    }
}

#[cfg(test)]
mod tests;
