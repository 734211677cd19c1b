//! The words of `fanfare dead-letters`.

use fanfare_core::Language;

/// The words of `fanfare dead-letters`, in one language.
#[derive(Debug)]
pub struct DeadLetterWords {
    language: Language,
    /// The columns of the list: name, alert, receiver, channel, severity, title, time, attempts, reason.
    pub columns: [&'static str; 9],
    /// The columns of the attempts: number, beginning, end, outcome, answer.
    pub attempts: [&'static str; 5],
    /// The name of the dead letter.
    pub dead_letter: &'static str,
    /// The name of the alert.
    pub alert: &'static str,
    /// The name of the receiver.
    pub receiver: &'static str,
    /// The name of the channel.
    pub channel: &'static str,
    /// The name of the time at which it was given up.
    pub given_up_at: &'static str,
    /// The name of the reason.
    pub why: &'static str,
    /// The name of the contract's progress.
    pub contract: &'static str,
    /// The text between a name and what it names.
    pub colon: &'static str,
    /// The text between two remarks.
    pub comma: &'static str,
    /// The result of a request that nothing answers to.
    pub none_alike: &'static str,
}

impl DeadLetterWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The command that tells more of the alert.
    #[must_use]
    pub fn whole_story(&self, alert: i64) -> String {
        match self.language {
            Language::En => format!("`fanfare explain {alert}` tells the whole story."),
            Language::Zh => format!("全部经过见 `fanfare explain {alert}`。"),
        }
    }

    /// The number of dead letters that are tried again.
    #[must_use]
    pub fn retried(&self, number: u64) -> String {
        match (self.language, number) {
            (_, 0) => self.none_alike.to_owned(),
            (Language::En, 1) => "1 dead letter is tried again".to_owned(),
            (Language::En, number) => format!("{number} dead letters are tried again"),
            (Language::Zh, number) => format!("{number} 条死信将重新发送"),
        }
    }

    /// The number of dead letters that are discarded.
    #[must_use]
    pub fn discarded(&self, number: u64) -> String {
        match (self.language, number) {
            (_, 0) => self.none_alike.to_owned(),
            (Language::En, 1) => "1 dead letter is discarded".to_owned(),
            (Language::En, number) => format!("{number} dead letters are discarded"),
            (Language::Zh, number) => format!("{number} 条死信已作废"),
        }
    }
}

static ENGLISH: DeadLetterWords = DeadLetterWords {
    language: Language::En,
    columns: ["ID", "ALERT", "RECEIVER", "CHANNEL", "SEVERITY", "TITLE", "GIVEN UP AT", "TRIES", "WHY"],
    attempts: ["TRY", "BEGAN AT", "ENDED AT", "OUTCOME", "ANSWER"],
    dead_letter: "Dead letter",
    alert: "Alert",
    receiver: "Receiver",
    channel: "Channel",
    given_up_at: "Given up at",
    why: "Why",
    contract: "Contract",
    colon: ": ",
    comma: ", ",
    none_alike: "no dead letter is like this",
};

static CHINESE: DeadLetterWords = DeadLetterWords {
    language: Language::Zh,
    columns: ["编号", "告警", "接收者", "渠道", "级别", "标题", "放弃时间", "尝试次数", "原因"],
    attempts: ["次数", "开始时间", "结束时间", "结果", "答复"],
    dead_letter: "死信",
    alert: "告警",
    receiver: "接收者",
    channel: "渠道",
    given_up_at: "放弃时间",
    why: "原因",
    contract: "约定",
    colon: "：",
    comma: "，",
    none_alike: "没有符合条件的死信",
};

#[cfg(test)]
mod tests;
