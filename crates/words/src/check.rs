//! The words of `fanfare check`: the tables of what is configured, and the verdict.

use std::time::Duration;

use fanfare_core::{Budget, HumanDuration, Language, QuotaPeriod};

/// The words of `fanfare check`, in one language.
#[derive(Debug)]
pub struct CheckWords {
    language: Language,
    /// The columns of the sources: name, form, credentials, expectation.
    pub sources: [&'static str; 4],
    /// The columns of the channels: name, kind, budget, quota, timeout, drill.
    pub channels: [&'static str; 6],
    /// The columns of the receivers: name, channels, contract, ladder.
    pub receivers: [&'static str; 4],
    /// The heading of the routing tree.
    pub routes: &'static str,
    /// The credentials of a source that asks for none.
    pub everybody: &'static str,
    /// The bringer of alerts to a source that has no door.
    pub broker: &'static str,
    /// The credentials of a source with a token.
    pub token_holder: &'static str,
    /// The limit that there is not.
    pub unlimited: &'static str,
    /// The text between a verdict and its counts.
    pub comma: &'static str,
    /// The verdict on a config that can be used.
    pub usable: &'static str,
    /// The verdict on a config that cannot be used.
    pub not_usable: &'static str,
}

impl CheckWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// A budget: `20 in 1m`.
    #[must_use]
    pub fn budget(&self, Budget { messages, per }: &Budget) -> String {
        let per = HumanDuration(*per);
        match self.language {
            Language::En => format!("{messages} in {per}"),
            Language::Zh => format!("每 {per} {messages} 条"),
        }
    }

    /// Several budgets, all of which hold.
    #[must_use]
    pub fn budgets(&self, budgets: &[Budget]) -> String {
        budgets.iter().map(|it| self.budget(it)).collect::<Vec<_>>().join(self.comma)
    }

    /// A quota: `3000 a month`.
    #[must_use]
    pub fn quota(&self, messages: u32, per: QuotaPeriod) -> String {
        match (self.language, per) {
            (Language::En, QuotaPeriod::Day) => format!("{messages} a day"),
            (Language::En, QuotaPeriod::Month) => format!("{messages} a month"),
            (Language::Zh, QuotaPeriod::Day) => format!("每天 {messages} 条"),
            (Language::Zh, QuotaPeriod::Month) => format!("每月 {messages} 条"),
        }
    }

    /// A drill of whole days: `every 7d at 09:00`.
    #[must_use]
    pub fn drill(&self, every: Duration, at: &str) -> String {
        let days = every.as_secs() / SECONDS_A_DAY;
        match self.language {
            Language::En => format!("every {days}d at {at}"),
            Language::Zh => format!("每 {days} 天 {at}"),
        }
    }

    /// The numbers of errors and warnings, those of which there are any: `6 errors, 1 warning`.
    #[must_use]
    pub fn counts(&self, errors: usize, warnings: usize) -> Option<String> {
        let counted = [(errors, "error", "个错误"), (warnings, "warning", "个警告")];
        let counted = counted.into_iter().filter(|(number, ..)| *number > 0);
        let counted: Vec<String> = match self.language {
            Language::En => counted.map(|(number, what, _)| plural(number, what)).collect(),
            Language::Zh => counted.map(|(number, _, what)| format!("{number} {what}")).collect(),
        };
        (!counted.is_empty()).then(|| counted.join(self.comma))
    }
}

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

fn plural(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

static ENGLISH: CheckWords = CheckWords {
    language: Language::En,
    sources: ["SOURCE", "FORMAT", "WHO MAY POST", "EXPECTED EVERY"],
    channels: ["CHANNEL", "KIND", "BUDGET", "QUOTA", "TIMEOUT", "DRILL"],
    receivers: ["RECEIVER", "CHANNELS", "COUNTS AS TOLD", "OTHERWISE"],
    routes: "ROUTES",
    everybody: "everybody on this machine or network",
    broker: "the broker",
    token_holder: "who has the token",
    unlimited: "unlimited",
    comma: ", ",
    usable: "OK",
    not_usable: "not usable",
};

static CHINESE: CheckWords = CheckWords {
    language: Language::Zh,
    sources: ["来源", "格式", "谁可以提交", "预期间隔"],
    channels: ["渠道", "类型", "频率限制", "额度", "超时", "演练"],
    receivers: ["接收者", "渠道", "视为已通知", "否则"],
    routes: "路由",
    everybody: "本机或本网络上的任何人",
    broker: "消息服务器",
    token_holder: "持有令牌者",
    unlimited: "不限",
    comma: "，",
    usable: "可用",
    not_usable: "不可用",
};

#[cfg(test)]
mod tests;
