//! The remedies of WeCom's refusals, in the channel's language.

use fanfare_core::Language;

/// The remedies for a person, in one language.
#[derive(Debug)]
pub(crate) struct WeComHints {
    pub(crate) key: &'static str,
    pub(crate) stopped: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) corp: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) address: &'static str,
    pub(crate) unknown_address: &'static str,
    pub(crate) rights: &'static str,
    pub(crate) recipients: &'static str,
}

impl WeComHints {
    pub(crate) fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }
}

static ENGLISH: WeComHints = WeComHints {
    key: "check `key`, and that the bot is still in the group",
    stopped: "the bot is stopped: enable it in the group",
    secret: "check `app.secret`",
    corp: "check `app.corp_id`",
    agent: "check `app.agent_id`: it must belong to `app.secret`",
    address: "add this address to the app's trusted addresses; it takes about a minute",
    unknown_address: "add this gateway's address to the app's trusted addresses; it takes about a minute",
    rights: "check the app's rights, visible range and state",
    recipients: "check `app.to_user`, `app.to_party`, `app.to_tag` and the app's visible range",
};

static CHINESE: WeComHints = WeComHints {
    key: "请检查 `key`，并确认机器人仍在群中",
    stopped: "机器人已停用，请在群中启用",
    secret: "请检查 `app.secret`（应用管理 → 应用 → Secret）",
    corp: "请检查 `app.corp_id`（我的企业 → 企业ID）",
    agent: "请检查 `app.agent_id` 是否与 `app.secret` 属于同一应用",
    address: "请将此地址添加到应用的企业可信IP，约一分钟后生效",
    unknown_address: "请将本网关的地址添加到应用的企业可信IP，约一分钟后生效",
    rights: "请检查应用的权限、可见范围与启用状态",
    recipients: "请检查 `app.to_user`、`app.to_party`、`app.to_tag` 与应用可见范围",
};

#[cfg(test)]
mod tests;
