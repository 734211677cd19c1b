use std::path::PathBuf;

use fanfare_chat::{MentionSettings, SecretForm, check_address_part, check_form, check_keyword};
use fanfare_core::{BuildError, ProxyLogin, SandboxAccount, SandboxDoors, Secret, SettingWarning};
use serde::Deserialize;

/// A robot's settings.
///
/// ```yaml
/// kind: dingtalk
/// access_token: { env: DINGTALK_TOKEN }   # what stands after access_token= in the robot's webhook address
/// secret: { env: DINGTALK_SECRET }        # the text under 加签, it starts with SEC; leave out only if the robot has no 加签
/// keyword: alarm                          # only if the robot asks for a keyword (自定义关键词)
/// msgtype: markdown                       # markdown (default) or text
/// mention: { mobiles: ["13800000000"], user_ids: [], all: asked }   # all: asked | urgent | always | never
/// endpoint: https://oapi.dingtalk.com     # another one for private DingTalk
/// proxy: http://proxy.example.com:3128
/// proxy_login: { username: fanfare, password: { env: PROXY_PASSWORD } }
/// ca_file: /etc/ssl/private-ca.pem
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DingTalkConfig {
    /// The part after `access_token=` of the webhook address that the group shows.
    pub access_token: Secret,
    /// The text under 加签 in the robot's security settings.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// One of the robot's keywords (自定义关键词); it is put into every message, so
    /// that a resolution is not refused where the alarm went through.
    #[serde(default)]
    pub keyword: Option<String>,
    /// The form of messages.
    #[serde(default)]
    pub msgtype: DingTalkMsgType,
    /// The people to call by name, beside those the alert asks for.
    #[serde(default)]
    pub mention: MentionSettings,
    /// `http(s)://host[:port]` in place of <https://oapi.dingtalk.com>.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// An `http`, `https` or `socks5` proxy.
    #[serde(default)]
    pub proxy: Option<String>,
    /// The login that the proxy asks for.
    #[serde(default)]
    pub proxy_login: Option<ProxyLogin>,
    /// Certificates to trust beside those of the system.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// The form of a robot's messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DingTalkMsgType {
    /// Headline, list and link. A mention is no longer highlighted in some clients.
    #[default]
    Markdown,
    /// Plain text; here mentions always ring.
    Text,
}

impl DingTalkConfig {
    /// The settings of a robot that has no 加签, everything else as it comes.
    #[must_use]
    pub fn new(access_token: Secret) -> Self {
        Self {
            access_token,
            secret: None,
            keyword: None,
            msgtype: DingTalkMsgType::default(),
            mention: MentionSettings::default(),
            endpoint: None,
            proxy: None,
            proxy_login: None,
            ca_file: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), BuildError> {
        check_address_part(
            "access_token",
            &self.access_token,
            "must be only what stands after `access_token=` in the robot's webhook address",
        )?;
        if self.secret.as_ref().is_some_and(|it| !it.expose().starts_with(SECRET_PREFIX)) {
            return Err(BuildError::new(
                "secret",
                "must start with `SEC`: copy it from the robot's security settings (机器人管理 → 安全设置 → 加签), \
                 or leave it out if the robot is not signed",
            ));
        }
        check_keyword(self.keyword.as_deref())
    }

    /// Warnings about a robot without 加签, which its settings allow, and about secrets unlike those that DingTalk issues.
    pub(crate) fn warnings(&self) -> Vec<SettingWarning> {
        let endpoint = self.endpoint.as_deref();
        let token = check_form("access_token", &self.access_token, ACCESS_TOKEN, endpoint);
        let secret = self.secret.as_ref().and_then(|it| check_form("secret", it, SIGNING_SECRET, endpoint));
        let unsigned = self.secret.is_none().then(|| SettingWarning {
            field: String::new(),
            message: "no `secret`: without 加签 whoever learns the access token can write to the group"
                .to_owned(),
        });
        unsigned.into_iter().chain(token).chain(secret).collect()
    }

    /// The same settings for a sandbox.
    pub(crate) fn into_sandbox(mut self, doors: &SandboxDoors) -> (Self, SandboxAccount) {
        self.endpoint = Some(doors.http.clone());
        self.proxy = None;
        self.proxy_login = None;
        self.ca_file = None;

        let mut settings = vec![("access_token", self.access_token.expose().to_owned())];
        settings.extend(self.secret.as_ref().map(|it| ("secret", it.expose().to_owned())));
        settings.extend(self.keyword.clone().map(|it| ("keyword", it)));
        (self, SandboxAccount { kind: "dingtalk", settings })
    }
}

/// "签名 … secret … SEC 开头的字符串":
/// <https://open.dingtalk.com/document/development/customize-robot-security-settings>
const SECRET_PREFIX: &str = "SEC";

/// The forms that DingTalk has issued so far; its documents name none but the prefix.
const ACCESS_TOKEN: SecretForm = SecretForm::Hex("", 64);
const SIGNING_SECRET: SecretForm = SecretForm::Hex(SECRET_PREFIX, 64);

#[cfg(test)]
mod tests;
