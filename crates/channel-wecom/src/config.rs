use std::path::PathBuf;

use fanfare_chat::{MentionSettings, SecretForm, check_address_part, check_form};
use fanfare_core::{BuildError, ProxyLogin, SandboxAccount, SandboxDoors, Secret, SettingWarning};
use serde::Deserialize;

use crate::Recipients;

/// The kind of a WeCom channel, as settings and accounts name it.
pub(crate) const KIND: &str = "wecom";

/// The settings of a group bot or of a self-built app: exactly one of `key` and `app`.
///
/// ```yaml
/// kind: wecom
/// key: { env: WECOM_KEY }                  # a group bot: what stands after key= in its webhook address
/// app:                                     # or a self-built app
///   corp_id: ww0123456789abcdef            # 我的企业 → 企业 ID
///   secret: { env: WECOM_SECRET }          # 应用管理 → the app → Secret
///   agent_id: 1000002
///   to_user: [zhangsan, lisi]              # or "zhangsan|lisi", or "@all"
///   to_party: [2]
///   to_tag: []
/// msgtype: markdown                        # markdown (a bot's default) or text (an app's default)
/// mention: { mobiles: [], user_ids: [zhangsan], all: asked }   # bot only; all: asked | urgent | always | never
/// endpoint: https://qyapi.weixin.qq.com    # another one for private WeCom or a proxy with a trusted address
/// proxy: http://proxy.example.com:3128
/// proxy_login: { username: fanfare, password: { env: PROXY_PASSWORD } }
/// ca_file: /etc/ssl/private-ca.pem
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WeComConfig {
    /// The part after `key=` of the bot's webhook address.
    pub key: Option<Secret>,
    /// A self-built app instead of a bot.
    pub app: Option<AppConfig>,
    /// The form of messages. WeChat's plug-in shows only text.
    pub msgtype: Option<WeComMsgType>,
    /// The people that a bot calls by name, beside those the alert asks for.
    pub mention: MentionSettings,
    /// `http(s)://host[:port]` in place of <https://qyapi.weixin.qq.com>.
    pub endpoint: Option<String>,
    /// An `http`, `https` or `socks5` proxy.
    pub proxy: Option<String>,
    /// The login that the proxy asks for.
    #[serde(default)]
    pub proxy_login: Option<ProxyLogin>,
    /// Certificates to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
}

/// A self-built app and whom it writes to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppConfig {
    /// The company's id.
    pub corp_id: String,
    /// The app's secret.
    pub secret: Secret,
    /// The app's number.
    pub agent_id: u32,
    /// Members, or `@all`.
    #[serde(default)]
    pub to_user: Recipients,
    /// The numbers of departments.
    #[serde(default)]
    pub to_party: Recipients,
    /// The numbers of tags.
    #[serde(default)]
    pub to_tag: Recipients,
}

/// The form of a bot's or an app's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeComMsgType {
    /// Headline in the colour of the severity, quoted facts, link.
    Markdown,
    /// Plain text; WeChat shows it too.
    Text,
}

/// "touser … 最多支持1000个", "toparty … 最多支持100个", "totag … 最多支持100个":
/// <https://developer.work.weixin.qq.com/document/path/90236>
const MOST_USERS: usize = 1000;
const MOST_PARTIES: usize = 100;
const MOST_TAGS: usize = 100;

/// The form of the secrets that WeCom has issued to apps so far; its documents name none.
const APP_SECRET: SecretForm = SecretForm::Letters(43);

impl WeComConfig {
    /// The settings of a group bot, everything else as it comes.
    #[must_use]
    pub fn bot(key: Secret) -> Self {
        Self { key: Some(key), ..Self::default() }
    }

    /// The settings of a self-built app, everything else as it comes.
    #[must_use]
    pub fn app(app: AppConfig) -> Self {
        Self { app: Some(app), ..Self::default() }
    }

    /// Warnings about secrets unlike those that WeCom issues.
    pub(crate) fn warnings(&self) -> Vec<SettingWarning> {
        let endpoint = self.endpoint.as_deref();
        let key = self.key.as_ref().and_then(|it| check_form("key", it, SecretForm::Uuid, endpoint));
        let secret =
            self.app.as_ref().and_then(|it| check_form("app.secret", &it.secret, APP_SECRET, endpoint));
        key.into_iter().chain(secret).collect()
    }

    /// The same settings for a sandbox.
    pub(crate) fn into_sandbox(mut self, doors: &SandboxDoors) -> (Self, SandboxAccount) {
        self.endpoint = Some(doors.http.clone());
        self.proxy = None;
        self.proxy_login = None;
        self.ca_file = None;

        let mut settings = Vec::new();
        settings.extend(self.key.as_ref().map(|key| ("key", key.expose().to_owned())));
        settings.extend(self.app.iter().flat_map(AppConfig::for_sandbox));
        (self, SandboxAccount { kind: KIND, settings })
    }
}

impl AppConfig {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let Self { corp_id, secret, agent_id: _, to_user, to_party, to_tag } = self;
        if corp_id.trim().is_empty() {
            return Err(BuildError::new(
                "app.corp_id",
                "must not be empty: copy it from 我的企业 → 企业信息 → 企业ID",
            ));
        }
        if secret.expose().is_empty() {
            return Err(BuildError::new(
                "app.secret",
                "must not be empty: copy it from 应用管理 → the app → Secret",
            ));
        }
        if [to_user, to_party, to_tag].iter().all(|it| it.is_empty()) {
            return Err(BuildError::new(
                "app.to_user",
                "name somebody in `to_user`, `to_party` or `to_tag`; everybody is \"@all\"",
            ));
        }
        let lists = [
            ("app.to_user", to_user, MOST_USERS),
            ("app.to_party", to_party, MOST_PARTIES),
            ("app.to_tag", to_tag, MOST_TAGS),
        ];
        match lists.into_iter().find(|(_, list, most)| list.len() > *most) {
            Some((field, list, most)) => Err(BuildError::new(
                field,
                format!("{} are too many: WeCom takes {most} at most", list.len()),
            )),
            None => Ok(()),
        }
    }

    fn for_sandbox(&self) -> Vec<(&'static str, String)> {
        let Self { corp_id, secret, agent_id, to_user, to_party, to_tag } = self;
        vec![
            ("corp_id", corp_id.trim().to_owned()),
            ("secret", secret.expose().to_owned()),
            ("agent_id", agent_id.to_string()),
            ("to_user", to_user.joined()),
            ("to_party", to_party.joined()),
            ("to_tag", to_tag.joined()),
        ]
    }
}

pub(crate) fn check_key(key: &Secret) -> Result<(), BuildError> {
    check_address_part("key", key, "must be only what stands after `key=` in the bot's webhook address")
}

#[cfg(test)]
mod tests;
