//! The remedies of DingTalk's refusals, in the channel's language.

use fanfare_core::Language;

/// The remedies for a person, in one language.
#[derive(Debug)]
pub(crate) struct DingTalkHints {
    pub(crate) token: &'static str,
    pub(crate) group: &'static str,
    pub(crate) stopped: &'static str,
    pub(crate) removed: &'static str,
    pub(crate) keyword: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) clock: &'static str,
    pub(crate) address: &'static str,
    pub(crate) unknown_address: &'static str,
    pub(crate) security: &'static str,
    pub(crate) request: &'static str,
}

impl DingTalkHints {
    pub(crate) fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }
}

static ENGLISH: DingTalkHints = DingTalkHints {
    token: "check `access_token`: copy it from the robot's webhook address",
    group: "the group is disbanded: set up a robot in another group",
    stopped: "the robot is stopped: enable it in the group's settings",
    removed: "the robot is no longer in the group: add it again and copy the new token",
    keyword: "set `keyword` to one of the robot's keywords",
    sign: "check `secret`: copy it from the robot's security settings",
    clock: "check this machine's clock: it may differ by one hour at most",
    address: "add this address to the robot's list of addresses",
    unknown_address: "add this gateway's address to the robot's list of addresses",
    security: "check the robot's security settings",
    request: "something on the way changes the request: check `endpoint` and `proxy`",
};

static CHINESE: DingTalkHints = DingTalkHints {
    token: "请检查 `access_token`，从机器人 Webhook 地址复制",
    group: "群已解散，请在其他群添加机器人",
    stopped: "机器人已停用，请在群设置中启用",
    removed: "机器人不在群中，请重新添加并复制新的 `access_token`",
    keyword: "请将 `keyword` 设置为机器人的自定义关键词之一",
    sign: "请检查 `secret`，从 机器人管理 → 安全设置 → 加签 复制",
    clock: "请校准本机时钟，误差不得超过一小时",
    address: "请将此地址添加到机器人安全设置的 IP 地址段",
    unknown_address: "请将本网关的地址添加到机器人安全设置的 IP 地址段",
    security: "请检查机器人的安全设置",
    request: "请求在途中被修改，请检查 `endpoint` 与 `proxy`",
};

#[cfg(test)]
mod tests;
