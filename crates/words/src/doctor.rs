//! The words of `fanfare tkl doctor`.

use fanfare_core::Language;

/// The words of `fanfare tkl doctor`, in one language.
#[derive(Debug)]
pub struct DoctorWords {
    language: Language,
    /// The columns: version of ThinkLink, what it does, whether that reaches Fanfare.
    pub columns: [&'static str; 3],
    /// The verdict on an item that reaches Fanfare.
    pub yes: &'static str,
    /// The verdict on an item that does not.
    pub no: &'static str,
    /// The reason that a script takes too much time.
    pub too_long: &'static str,
    /// The result of a script that asks for nothing.
    pub nothing: &'static str,
    /// The remark on a post that is published instead.
    pub published_post: &'static str,
    /// The remark on a message that goes to the device itself.
    pub to_device: &'static str,
    /// The remark on an action without the device.
    pub no_device: &'static str,
    /// The remark on a call of an RPC that was not given.
    pub no_rpc: &'static str,
    /// The remark on another address than Fanfare's.
    pub to_others: &'static str,
}

impl DoctorWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// A script that gives nothing, for `reason`.
    #[must_use]
    pub fn fault(&self, reason: &str) -> String {
        match self.language {
            Language::En => format!("does not run: {reason}"),
            Language::Zh => format!("无法运行：{reason}"),
        }
    }

    /// The reason that a script returns what is no list, but `kind` in a word of JavaScript.
    #[must_use]
    pub fn wrong_result(&self, kind: &str) -> String {
        match self.language {
            Language::En => {
                format!("it returns `{kind}`, and must return a list of items, or an object with `actions`")
            }
            Language::Zh => format!("返回值为 `{kind}`，应返回列表，或带 `actions` 的对象"),
        }
    }

    /// A request to `host`.
    #[must_use]
    pub fn posts(&self, host: &str) -> String {
        match self.language {
            Language::En => format!("posts to {host}"),
            Language::Zh => format!("向 {host} 提交"),
        }
    }

    /// A message under `topic`.
    #[must_use]
    pub fn publishes(&self, topic: &str) -> String {
        match self.language {
            Language::En => format!("publishes {topic}"),
            Language::Zh => format!("发布到 {topic}"),
        }
    }

    /// An item of this type, which stays in ThinkLink.
    #[must_use]
    pub fn inside(&self, kind: &str) -> String {
        match self.language {
            Language::En => format!("`{kind}` stays in ThinkLink"),
            Language::Zh => format!("`{kind}` 只在 ThinkLink 内部处理"),
        }
    }

    /// A call of the RPC `method`.
    #[must_use]
    pub fn calls(&self, method: &str) -> String {
        match self.language {
            Language::En => format!("calls the RPC `{method}`"),
            Language::Zh => format!("调用 RPC `{method}`"),
        }
    }

    /// An alert that was read out of what was sent.
    #[must_use]
    pub fn alert(&self, severity: &str, state: &str, title: &str) -> String {
        match self.language {
            Language::En => format!("{}: {severity}, {state}: {title}", self.yes),
            Language::Zh => format!("{}：{severity}，{state}：{title}", self.yes),
        }
    }

    /// A body that cannot be read, for `reason`.
    #[must_use]
    pub fn unreadable(&self, reason: &str) -> String {
        match self.language {
            Language::En => format!("{}: not an alert: {reason}", self.no),
            Language::Zh => format!("{}：不是告警：{reason}", self.no),
        }
    }

    /// A verdict with a remark.
    #[must_use]
    pub fn with_remark(&self, verdict: &str, remark: &str) -> String {
        match self.language {
            Language::En => format!("{verdict}: {remark}"),
            Language::Zh => format!("{verdict}：{remark}"),
        }
    }
}

static ENGLISH: DoctorWords = DoctorWords {
    language: Language::En,
    columns: ["THINKLINK", "WHAT IT DOES", "REACHES FANFARE"],
    yes: "yes",
    no: "no",
    too_long: "it takes more than a second, and is ended",
    nothing: "asks for nothing with this device and these parameters; give yours with --device and --params",
    published_post: "nothing is posted; the alert and its token lie on the broker for all of its clients. Publish it: \
                     leave `type` out and write `target: \"fanfare\"`",
    to_device: "it goes to the device; write `target: \"fanfare\"`, and have a source take that topic",
    no_device: "the action has no `params._eui`, so nothing is called",
    no_rpc: "give the RPC with --rpc to see what it sends",
    to_others: "once its address is Fanfare's",
};

static CHINESE: DoctorWords = DoctorWords {
    language: Language::Zh,
    columns: ["THINKLINK", "脚本行为", "能否送达 FANFARE"],
    yes: "能",
    no: "不能",
    too_long: "运行超过一秒，已终止",
    nothing: "使用当前设备和参数时没有任何动作；可用 --device 和 --params 指定自己的数据",
    published_post: "不会提交；告警和令牌会发布到服务器，所有客户端都能看到。请改为发布：去掉 `type`，并写 \
                     `target: \"fanfare\"`",
    to_device: "发给了设备本身；请写 `target: \"fanfare\"`，并让一个来源订阅该主题",
    no_device: "动作缺少 `params._eui`，不会调用",
    no_rpc: "用 --rpc 指定该 RPC 的脚本，即可查看其发送内容",
    to_others: "把地址换成 Fanfare 之后",
};

#[cfg(test)]
mod tests;
