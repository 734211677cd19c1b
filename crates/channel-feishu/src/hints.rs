//! The remedies of Feishu's refusals, in the channel's language.

use fanfare_core::Language;

/// The remedies for a person, in one language.
#[derive(Debug)]
pub(crate) struct FeishuHints {
    pub(crate) token: &'static str,
    pub(crate) signature: &'static str,
    pub(crate) clock: &'static str,
    pub(crate) keyword: &'static str,
    pub(crate) address: &'static str,
    pub(crate) unknown_address: &'static str,
}

impl FeishuHints {
    pub(crate) fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }
}

static ENGLISH: FeishuHints = FeishuHints {
    token: "check `token`: copy it from the end of the bot's webhook address",
    signature: "check `secret`: copy it from the bot's security settings",
    clock: "check this machine's clock: it may differ by one hour at most; then `secret`",
    keyword: "set `keyword` to one of the bot's keywords",
    address: "add this address to the bot's list of addresses",
    unknown_address: "add this gateway's address to the bot's list of addresses",
};

static CHINESE: FeishuHints = FeishuHints {
    token: "请检查 `token`，从机器人 Webhook 地址末尾复制",
    signature: "请检查 `secret`，从机器人安全设置的签名校验复制",
    clock: "请校准本机时钟，误差不得超过一小时；再检查 `secret`",
    keyword: "请将 `keyword` 设置为机器人的自定义关键词之一",
    address: "请将此地址添加到机器人安全设置的 IP 白名单",
    unknown_address: "请将本网关的地址添加到机器人安全设置的 IP 白名单",
};

#[cfg(test)]
mod tests;
