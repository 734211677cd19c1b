//! What the pages say, in one language.

use fanfare_core::Language;

/// A page in words.
pub(super) struct Says {
    pub(super) heading: &'static str,
    /// What it means to the reader, and what there is to do.
    pub(super) meaning: &'static str,
}

pub(super) struct Words {
    /// The page's language, as HTML names it.
    pub(super) tag: &'static str,
    pub(super) told: &'static str,
    pub(super) comma: &'static str,
    pub(super) your_name: &'static str,
    pub(super) acknowledge: &'static str,
    pub(super) acknowledging_means: &'static str,
    pub(super) by: &'static str,
    pub(super) nameless: &'static str,
    pub(super) at: &'static str,
    pub(super) done: Says,
    pub(super) already: Says,
    pub(super) over: Says,
    pub(super) expired: Says,
    pub(super) invalid: Says,
    pub(super) unavailable: Says,
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }
}

static ENGLISH: Words = Words {
    tag: "en",
    told: "Told on",
    comma: ", ",
    your_name: "Your name (optional)",
    acknowledge: "Acknowledge",
    acknowledging_means: "This says that you see to it. Repeats and escalation stop, and everybody who was told hears of it.",
    by: "By",
    nameless: "somebody who gave no name",
    at: "At",
    done: Says {
        heading: "Acknowledged",
        meaning: "Repeats and escalation have stopped. Everybody who was told hears of it.",
    },
    already: Says {
        heading: "Already acknowledged",
        meaning: "Repeats and escalation had stopped before. Nothing has changed now.",
    },
    over: Says {
        heading: "Already resolved",
        meaning: "The alert fires no more: there is nothing to acknowledge.",
    },
    expired: Says {
        heading: "This link has expired",
        meaning: "Nothing was acknowledged. If the alert still fires, use the link in its newest message.",
    },
    invalid: Says {
        heading: "This link does not work",
        meaning: "Nothing was acknowledged. The link is not whole, or not from this gateway: open it from the message again.",
    },
    unavailable: Says {
        heading: "Not acknowledged",
        meaning: "The gateway cannot look this up or keep it at the moment. Open the link again in a minute.",
    },
};

static CHINESE: Words = Words {
    tag: "zh-CN",
    told: "已通知",
    comma: "、",
    your_name: "您的姓名（可不填）",
    acknowledge: "确认告警",
    acknowledging_means: "确认表示由您处理：不再重复通知，也不再升级，并告知所有已收到通知的人。",
    by: "确认人",
    nameless: "未留姓名",
    at: "确认时间",
    done: Says {
        heading: "已确认", meaning: "已停止重复通知和升级，并会告知所有已收到通知的人。"
    },
    already: Says {
        heading: "此前已确认", meaning: "此前已停止重复通知和升级，本次没有任何改动。"
    },
    over: Says { heading: "告警已恢复", meaning: "该告警已结束，无需确认。" },
    expired: Says {
        heading: "链接已过期",
        meaning: "本次未确认。如果仍在告警，请使用最新一条消息中的链接。",
    },
    invalid: Says {
        heading: "链接无效",
        meaning: "本次未确认。链接不完整，或不是本网关发出的，请从消息中重新打开。",
    },
    unavailable: Says {
        heading: "未能确认", meaning: "网关暂时无法查询或保存，请稍后重新打开链接。"
    },
};
