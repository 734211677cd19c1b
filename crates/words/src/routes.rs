//! The words of `fanfare routes`, and of the routing in `fanfare explain`.

use fanfare_api::{RouteCheck, RouteReason};
use fanfare_core::{DeliveryTerms, HumanDuration, Language, Route};

use crate::terms_words::TermsWords;

/// The words of `fanfare routes`, in one language.
#[derive(Debug)]
pub struct RouteWords {
    language: Language,
    /// The heading of the receivers that would be told.
    pub told_heading: &'static str,
    /// The condition of a route without matchers.
    pub everything: &'static str,
}

impl RouteWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// One route of the tree: `severity>="high" → on-call (ops-dingtalk, ops-mail), again after 4h`.
    #[must_use]
    pub fn line(&self, route: &Route, terms: Option<&DeliveryTerms>) -> String {
        let Route { matchers, receiver, r#continue, repeat_interval, routes: _ } = route;
        let matchers: Vec<String> = matchers.iter().map(ToString::to_string).collect();
        let condition = self.condition(&matchers);
        let channels = terms.map(|it| self.terms().channels(it)).unwrap_or_default();
        let again = HumanDuration(*repeat_interval);
        match (self.language, r#continue) {
            (Language::En, false) => format!("{condition} → {receiver} ({channels}), again after {again}"),
            (Language::En, true) => {
                format!("{condition} → {receiver} ({channels}), again after {again}, and the next")
            }
            (Language::Zh, false) => format!("{condition} → {receiver}（{channels}），{again} 后重复"),
            (Language::Zh, true) => {
                format!("{condition} → {receiver}（{channels}），{again} 后重复，并继续匹配")
            }
        }
    }

    /// A route of an alert's way, and the reason that the alert went there or not.
    #[must_use]
    pub fn check(&self, check: &RouteCheck) -> String {
        let RouteCheck { route, receiver, matched, why, because } = check;
        let mark = if *matched { "✓" } else { "✗" };
        let indent = "  ".repeat(route.matches(".routes[").count());
        let colon = match self.language {
            Language::En => ": ",
            Language::Zh => "：",
        };
        let why = because.as_ref().map_or_else(|| why.clone(), |it| self.reason(it));
        format!("{indent}{mark} {route} → {receiver}{colon}{why}")
    }

    fn reason(&self, because: &RouteReason) -> String {
        match self.language {
            Language::En => because.to_string(),
            Language::Zh => match because {
                RouteReason::Everything => "匹配所有告警".to_owned(),
                RouteReason::Matched { matchers } => format!("匹配 {}", matchers.join("，")),
                RouteReason::NoLabel { matcher, label } => {
                    format!("不匹配 {matcher}，告警没有 `{label}`")
                }
                RouteReason::OtherText { matcher, text } => format!("不匹配 {matcher}，实为 `{text}`"),
                RouteReason::NotTried { taken } => {
                    format!("未尝试，{taken} 已匹配且未设 `continue`")
                }
            },
        }
    }

    /// A receiver that would be told, with the route that leads to it and terms that say more
    /// than its channels.
    #[must_use]
    pub fn told(&self, receiver: &str, route: &str, terms: &DeliveryTerms) -> String {
        let words = self.terms();
        let channels = words.channels(terms);
        let head = match self.language {
            Language::En => format!("  {receiver} on {channels} (by {route})\n"),
            Language::Zh => format!("  {receiver}，通过 {channels}（{route}）\n"),
        };
        let is_plain = *terms == DeliveryTerms::plain(terms.channels.clone());
        let contract = (!is_plain).then(|| match self.language {
            Language::En => format!("    counts as told: {}\n", words.contract(terms)),
            Language::Zh => format!("    视为已通知：{}\n", words.contract(terms)),
        });
        let ladder = words.ladder(terms).map(|rung| format!("    {rung}\n"));
        [head].into_iter().chain(contract).chain(ladder).collect()
    }

    fn condition(&self, matchers: &[String]) -> String {
        let comma = match self.language {
            Language::En => ", ",
            Language::Zh => "，",
        };
        if matchers.is_empty() { self.everything.to_owned() } else { matchers.join(comma) }
    }

    fn terms(&self) -> TermsWords {
        TermsWords::in_language(self.language)
    }
}

static ENGLISH: RouteWords =
    RouteWords { language: Language::En, told_heading: "Told:", everything: "everything" };

static CHINESE: RouteWords =
    RouteWords { language: Language::Zh, told_heading: "通知：", everything: "所有告警" };

#[cfg(test)]
mod tests;
