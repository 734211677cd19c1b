use std::collections::BTreeMap;
use std::path::PathBuf;

use fanfare_chat::{MentionAll, SecretForm, check_address_part, check_form, check_keyword};
use fanfare_core::{BuildError, ProxyLogin, SandboxAccount, SandboxDoors, Secret, SettingWarning};
use serde::Deserialize;

/// A bot's settings.
///
/// ```yaml
/// kind: feishu
/// token: { env: FEISHU_TOKEN }            # the last part of the bot's webhook address, after /hook/
/// secret: { env: FEISHU_SECRET }          # the text under 签名校验; leave out only if the bot has none
/// keyword: alarm                          # only if the bot asks for a keyword (自定义关键词)
/// msg_type: interactive                   # interactive (a card, default) or post (rich text)
/// mention:
///   user_ids: [ou_18eac85d35a26f989317ad4f02e8bbbb]   # open_id or user_id of members of the group
///   all: asked                            # asked | urgent | always | never
///   ids_of_mobiles: { "13800000000": ou_18eac85d35a26f989317ad4f02e8bbbb }   # for alerts that ask for a mobile number
/// endpoint: https://open.feishu.cn        # https://open.larksuite.com for Lark
/// proxy: http://proxy.example.com:3128
/// proxy_login: { username: fanfare, password: { env: PROXY_PASSWORD } }
/// ca_file: /etc/ssl/private-ca.pem
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeishuConfig {
    /// The last part of the webhook address that the group shows, after `/hook/`.
    pub token: Secret,
    /// The text under 签名校验 in the bot's security settings.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// One of the bot's keywords (自定义关键词); it is put into every message, so
    /// that a resolution is not refused where the alarm went through.
    #[serde(default)]
    pub keyword: Option<String>,
    /// The form of messages.
    #[serde(default)]
    pub msg_type: FeishuMsgType,
    /// The people to call by name, beside those the alert asks for.
    #[serde(default)]
    pub mention: MentionConfig,
    /// `http(s)://host[:port]` in place of <https://open.feishu.cn>.
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

/// The form of a bot's messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeishuMsgType {
    /// A card with a coloured headline, list and links.
    #[default]
    Interactive,
    /// Rich text, which every client shows, also old ones.
    Post,
}

/// The people that a bot calls by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MentionConfig {
    /// The open_id or user_id of members of the group.
    pub user_ids: Vec<String>,
    /// The moment to call everybody; the group must allow it.
    pub all: MentionAll,
    /// The open_id or user_id behind each mobile number that alerts ask for (`at_mobiles`).
    pub ids_of_mobiles: Option<BTreeMap<String, String>>,
}

impl FeishuConfig {
    /// The settings of a bot without a signature, everything else by default.
    #[must_use]
    pub fn new(token: Secret) -> Self {
        Self {
            token,
            secret: None,
            keyword: None,
            msg_type: FeishuMsgType::default(),
            mention: MentionConfig::default(),
            endpoint: None,
            proxy: None,
            proxy_login: None,
            ca_file: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), BuildError> {
        check_address_part(
            "token",
            &self.token,
            "must be only the part after `/hook/` of the bot's webhook address",
        )?;
        if self.secret.as_ref().is_some_and(|it| it.expose().trim().is_empty()) {
            return Err(BuildError::new(
                "secret",
                "must not be empty: leave it out if the bot has no signature (签名校验)",
            ));
        }
        check_keyword(self.keyword.as_deref())?;
        self.mention.check()
    }

    /// Settings that may be left out, though that is not wise, and what that means.
    pub(crate) fn warnings(&self) -> Vec<SettingWarning> {
        let warning = |message: &str| SettingWarning { field: String::new(), message: message.to_owned() };
        let unsigned = self.secret.is_none().then(|| {
            warning("no `secret`: without a signature whoever learns the token can write to the group")
        });
        let uncalled = self.mention.ids_of_mobiles.is_none().then(|| {
            warning(
                "no `mention.ids_of_mobiles`: Feishu mentions by open_id or user_id only, so a mobile number that \
                 an alert asks for (`at_mobiles`) is written into the message and calls nobody, unless its \
                 person's id stands there; `{}` says that this is fine",
            )
        });
        let endpoint = self.endpoint.as_deref().filter(|it| !PUBLIC.contains(it));
        let token = check_form("token", &self.token, SecretForm::Uuid, endpoint);
        let secret = self.secret.as_ref().and_then(|it| check_form("secret", it, SIGNING_SECRET, endpoint));
        unsigned.into_iter().chain(uncalled).chain(token).chain(secret).collect()
    }

    /// The same settings for a sandbox.
    pub(crate) fn into_sandbox(mut self, doors: &SandboxDoors) -> (Self, SandboxAccount) {
        self.endpoint = Some(doors.http.clone());
        self.proxy = None;
        self.proxy_login = None;
        self.ca_file = None;

        let mut settings = vec![("token", self.token.expose().to_owned())];
        settings.extend(self.secret.as_ref().map(|it| ("secret", it.expose().to_owned())));
        settings.extend(self.keyword.clone().map(|it| ("keyword", it)));
        (self, SandboxAccount { kind: "feishu", settings })
    }
}

impl MentionConfig {
    fn check(&self) -> Result<(), BuildError> {
        let Self { user_ids, all: _, ids_of_mobiles } = self;
        if let Some(at) = user_ids.iter().position(|id| !is_user_id(id)) {
            return Err(BuildError::new(format!("mention.user_ids[{at}]"), NO_USER_ID));
        }
        for (mobile, id) in ids_of_mobiles.iter().flatten() {
            let field = || format!("mention.ids_of_mobiles.{mobile}");
            if bare_mobile(mobile).is_none() {
                return Err(BuildError::new(
                    field(),
                    "is no mobile number: expected digits, e.g. 13800000000",
                ));
            }
            if !is_user_id(id) {
                return Err(BuildError::new(field(), NO_USER_ID));
            }
        }
        Ok(())
    }
}

/// The addresses of Feishu's and Lark's own clouds.
const PUBLIC: [&str; 2] = ["https://open.feishu.cn", "https://open.larksuite.com"];

/// The form of the signing secrets that Feishu has issued so far; its documents name none.
const SIGNING_SECRET: SecretForm = SecretForm::Letters(22);

const NO_USER_ID: &str = "is no open_id or user_id: expected letters, digits, `_` and `-`, e.g. `ou_18eac85d35a2`; `mention.all` calls everybody";

/// The id of everybody, about whom `mention.all` decides alone.
pub(crate) const EVERYBODY: &str = "all";

/// The country code of China, which people write before a mobile number or leave out.
const CHINA: [&str; 2] = ["+86", "0086"];

/// The digits of a mobile number without China's country code; `None` if it is none.
pub(crate) fn bare_mobile(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let national = CHINA.iter().find_map(|code| compact.strip_prefix(code)).unwrap_or(&compact);
    let digits = national.strip_prefix('+').unwrap_or(national);
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| national.to_owned())
}

/// True if `text` can stand in a mention, and names one person.
pub(crate) fn is_user_id(text: &str) -> bool {
    !text.is_empty()
        && text != EVERYBODY
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests;
