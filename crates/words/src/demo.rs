//! The words of `fanfare demo`.

use std::time::Duration;

use fanfare_core::Language;

/// The words of `fanfare demo`, in one language.
#[derive(Debug)]
pub struct DemoWords {
    language: Language,
    /// The name of the alarm in the sample alert.
    pub sample_alarm: &'static str,
    /// The name of the device in the sample alert.
    pub sample_device: &'static str,
    /// The description in the sample alert.
    pub sample_description: &'static str,
    /// The heading of the gateway's answer.
    pub answer: &'static str,
    /// The heading of the table of messages.
    pub messages: &'static str,
    /// The columns of that table: channel, kind, outcome, time, title.
    pub columns: [&'static str; 5],
    /// The outcome of a message that its provider took.
    pub delivered: &'static str,
    /// The outcome of a message that its provider refused.
    pub refused: &'static str,
    /// The outcome of a message that came too soon after others.
    pub throttled: &'static str,
    /// The outcome of a message that its provider had already.
    pub already_there: &'static str,
    /// The outcome of a message that did not get to its provider.
    pub lost: &'static str,
    /// The heading of the commands to try.
    pub tries: &'static str,
    /// The remark at the link with which to acknowledge.
    pub acknowledge: &'static str,
    /// The remark at the command that sends another alert.
    pub send: &'static str,
    /// The remark at the command that shows the messages.
    pub see: &'static str,
    /// The remark at the command that has DingTalk refuse.
    pub refuse: &'static str,
    /// The remark at the command that ends the refusals.
    pub mend: &'static str,
    /// The remark at the command that lists deliveries.
    pub list: &'static str,
    /// The remark at the command that explains an alert.
    pub explain: &'static str,
    /// The last line.
    pub end: &'static str,
}

impl DemoWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// A note that `missing` of `expected` messages have not come within `patience`.
    #[must_use]
    pub fn missing(&self, missing: usize, expected: usize, patience: Duration) -> String {
        match self.language {
            Language::En => format!("{missing} of {expected} messages are not there after {patience:?}"),
            Language::Zh => format!("{expected} 条消息中有 {missing} 条在 {patience:?} 内未到达"),
        }
    }
}

static ENGLISH: DemoWords = DemoWords {
    language: Language::En,
    sample_alarm: "Temperature too high",
    sample_device: "Cold room 3",
    sample_description: "Current -9.4 °C, limit -18 °C",
    answer: "The gateway answered 202:",
    messages: "Who got it, and how fast:",
    columns: ["channel", "kind", "outcome", "after", "title"],
    delivered: "delivered",
    refused: "refused",
    throttled: "throttled",
    already_there: "already there",
    lost: "did not arrive",
    tries: "What to try next, in another terminal; `fanfare` is target/release/fanfare:",
    acknowledge: "acknowledge it, in a browser: the button does it, not the link",
    send: "send a body of your own",
    see: "see what people saw",
    refuse: "let DingTalk refuse, then send again",
    mend: "mend it: what is owed comes within about a minute",
    list: "who was told what, and what is still owed",
    explain: "what happened to an alert, and what is still to come",
    end: "Nothing leaves this machine. Ctrl-C ends the demo.",
};

static CHINESE: DemoWords = DemoWords {
    language: Language::Zh,
    sample_alarm: "温度过高",
    sample_device: "3 号冷库",
    sample_description: "当前 -9.4 °C，限值 -18 °C",
    answer: "网关已受理（202）：",
    messages: "谁收到了，多快：",
    columns: ["渠道", "类型", "结果", "用时", "标题"],
    delivered: "已送达",
    refused: "被拒收",
    throttled: "被限流",
    already_there: "此前已有",
    lost: "未到达",
    tries: "接下来可以在另一个终端中试试（`fanfare` 即 target/release/fanfare）：",
    acknowledge: "在浏览器中打开，点击按钮确认（只打开链接不算确认）",
    send: "发一条自己的告警",
    see: "看看大家收到了什么",
    refuse: "让钉钉拒收，再发一次",
    mend: "恢复：欠发的消息约一分钟内补发",
    list: "谁收到了什么，还欠谁",
    explain: "一条告警的全部经过，以及后续",
    end: "所有消息都留在本机。按 Ctrl-C 结束演示。",
};

#[cfg(test)]
mod tests;
