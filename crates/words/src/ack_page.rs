//! The words of the acknowledgement pages.

use fanfare_core::Language;

/// The heading and the meaning of one page.
#[derive(Debug)]
pub struct AckPageText {
    /// The heading, in a few words.
    pub heading: &'static str,
    /// The meaning for the reader, and what there is to do.
    pub meaning: &'static str,
}

/// The words of the acknowledgement pages, in one language.
#[derive(Debug)]
pub struct AckPageWords {
    /// The language, as HTML names it.
    pub tag: &'static str,
    /// The name of the list of channels that were told.
    pub told: &'static str,
    /// The name of the list of alerts that are acknowledged with a notice.
    pub acknowledges: &'static str,
    /// The text before the number of further alerts.
    and: &'static str,
    /// The text behind the number of further alerts.
    more: &'static str,
    /// The text between two channels.
    pub comma: &'static str,
    /// The name of the field for the reader's name.
    pub your_name: &'static str,
    /// The text of the button.
    pub acknowledge: &'static str,
    /// The meaning of the button.
    pub acknowledging_means: &'static str,
    /// The name of the line with the person's name.
    pub by: &'static str,
    /// The person who gave no name, on a page.
    pub nameless: &'static str,
    /// The person who gave no name, in messages.
    pub link_holder: &'static str,
    /// The name of the line with the time.
    pub at: &'static str,
    /// The page after the button.
    pub done: AckPageText,
    /// The page of an incident that was acknowledged before.
    pub already: AckPageText,
    /// The page of an incident that has ended.
    pub over: AckPageText,
    /// The page of a link that is too old.
    pub expired: AckPageText,
    /// The page of a link that is not whole, or not of this gateway.
    pub invalid: AckPageText,
    /// The page of a gateway that cannot read or write its store.
    pub unavailable: AckPageText,
}

/// The person who gave no name, as earlier versions wrote it in the store.
const LINK_HOLDER_BEFORE: &str = "somebody with the link / 持有链接的人";

impl AckPageWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The words for `number` further alerts.
    #[must_use]
    pub fn and_more(&self, number: usize) -> String {
        format!("{}{number}{}", self.and, self.more)
    }

    /// True if `name` stands for a person who gave none, in any language.
    #[must_use]
    pub fn is_link_holder(name: &str) -> bool {
        [ENGLISH.link_holder, CHINESE.link_holder, LINK_HOLDER_BEFORE].contains(&name)
    }
}

static ENGLISH: AckPageWords = AckPageWords {
    tag: "en",
    told: "Told on",
    acknowledges: "Acknowledges",
    and: "and ",
    more: " more",
    comma: ", ",
    your_name: "Your name (optional)",
    acknowledge: "Acknowledge",
    acknowledging_means: "This says that you see to it. Repeats and escalation stop, and everybody who was told hears of it.",
    by: "By",
    nameless: "somebody who gave no name",
    link_holder: "somebody with the link",
    at: "At",
    done: AckPageText {
        heading: "Acknowledged",
        meaning: "Repeats and escalation have stopped. Everybody who was told hears of it.",
    },
    already: AckPageText {
        heading: "Already acknowledged",
        meaning: "Repeats and escalation had stopped before. Nothing has changed now.",
    },
    over: AckPageText {
        heading: "Already resolved",
        meaning: "The alert fires no more: there is nothing to acknowledge.",
    },
    expired: AckPageText {
        heading: "This link has expired",
        meaning: "Nothing was acknowledged. If the alert still fires, use the link in its newest message.",
    },
    invalid: AckPageText {
        heading: "This link does not work",
        meaning: "Nothing was acknowledged. The link is not whole, or not from this gateway: open it from the message again.",
    },
    unavailable: AckPageText {
        heading: "Not acknowledged",
        meaning: "The gateway cannot look this up or keep it at the moment. Open the link again in a minute.",
    },
};

static CHINESE: AckPageWords = AckPageWords {
    tag: "zh-CN",
    told: "已通知",
    acknowledges: "将一并确认",
    and: "另有 ",
    more: " 条",
    comma: "、",
    your_name: "您的姓名（可不填）",
    acknowledge: "确认告警",
    acknowledging_means: "确认表示由您处理：不再重复通知，也不再升级，并告知所有已收到通知的人。",
    by: "确认人",
    nameless: "未留姓名",
    link_holder: "持有链接的人",
    at: "确认时间",
    done: AckPageText {
        heading: "已确认", meaning: "已停止重复通知和升级，并会告知所有已收到通知的人。"
    },
    already: AckPageText {
        heading: "此前已确认", meaning: "此前已停止重复通知和升级，本次没有任何改动。"
    },
    over: AckPageText { heading: "告警已恢复", meaning: "该告警已结束，无需确认。" },
    expired: AckPageText {
        heading: "链接已过期",
        meaning: "本次未确认。如果仍在告警，请使用最新一条消息中的链接。",
    },
    invalid: AckPageText {
        heading: "链接无效",
        meaning: "本次未确认。链接不完整，或不是本网关发出的，请从消息中重新打开。",
    },
    unavailable: AckPageText {
        heading: "未能确认", meaning: "网关暂时无法查询或保存，请稍后重新打开链接。"
    },
};

#[cfg(test)]
mod tests;
