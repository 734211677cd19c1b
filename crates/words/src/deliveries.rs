//! The words of `fanfare deliveries`.

use fanfare_core::Language;

/// The end of a delivery, as far as a person can still do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadOrAlive {
    /// The delivery was given up.
    Dead,
    /// The delivery was not given up, or a person has dealt with it.
    Alive,
}

/// The words of `fanfare deliveries`, in one language.
#[derive(Debug)]
pub struct DeliveryWords {
    language: Language,
    /// The columns: number, alert, receiver, channel, severity, state, beginning, attempts, end,
    /// contract, way, last answer.
    pub columns: [&'static str; 12],
    /// The columns of the attempts: number, beginning, end, outcome, answer.
    pub attempts: [&'static str; 5],
    /// The sentence in the place of the attempts where there are none.
    pub no_attempts: &'static str,
    /// The text between a name and what it names.
    pub colon: &'static str,
    /// The text between two remarks.
    pub comma: &'static str,
}

impl DeliveryWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The command to run next about a delivery of this alert; one that was given up may be retried.
    #[must_use]
    pub fn next(&self, delivery: i64, alert: i64, is_dead: DeadOrAlive) -> String {
        match (self.language, is_dead) {
            (Language::En, DeadOrAlive::Dead) => format!(
                "next: mend the cause, then `fanfare dead-letters retry d{delivery}`; `fanfare explain {alert}` tells the whole story"
            ),
            (Language::En, DeadOrAlive::Alive) => {
                format!("next: `fanfare explain {alert}` tells the whole story")
            }
            (Language::Zh, DeadOrAlive::Dead) => format!(
                "下一步：排除原因后执行 `fanfare dead-letters retry d{delivery}`；全部经过见 `fanfare explain {alert}`"
            ),
            (Language::Zh, DeadOrAlive::Alive) => format!("下一步：全部经过见 `fanfare explain {alert}`"),
        }
    }

    /// A remark that the delivery went out in a digest.
    #[must_use]
    pub fn in_digest(&self, number: i64) -> String {
        match self.language {
            Language::En => format!("in digest {number}"),
            Language::Zh => format!("汇总 {number}"),
        }
    }
}

static ENGLISH: DeliveryWords = DeliveryWords {
    language: Language::En,
    columns: [
        "ID",
        "ALERT",
        "RECEIVER",
        "CHANNEL",
        "SEVERITY",
        "STATE",
        "OWED AT",
        "TRIES",
        "SETTLED AT",
        "CONTRACT",
        "HOW",
        "WHY",
    ],
    attempts: ["TRY", "BEGUN", "ENDED", "OUTCOME", "ANSWER"],
    no_attempts: "no attempt has ended yet",
    colon: ": ",
    comma: ", ",
};

static CHINESE: DeliveryWords = DeliveryWords {
    language: Language::Zh,
    columns: [
        "编号",
        "告警",
        "接收者",
        "渠道",
        "级别",
        "状态",
        "受理时间",
        "尝试次数",
        "结束时间",
        "约定",
        "方式",
        "原因",
    ],
    attempts: ["尝试", "开始", "结束", "结果", "答复"],
    no_attempts: "尚无已结束的尝试",
    colon: "：",
    comma: "，",
};

#[cfg(test)]
mod tests;
