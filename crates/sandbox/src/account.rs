//! Who has an account at which provider: what the fakes know.

mod address;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use self::settings::HandedOver;

pub(crate) use self::address::is_allowed;
pub use self::address::{AddressRange, InvalidAddressRange};

/// One robot, bot, app or mailbox login, and the name people know it by.
#[derive(Clone)]
pub struct Account {
    /// The channel's name; without one the sandbox calls it e.g. `dingtalk-1`.
    pub name: Option<String>,
    /// Whom the channel writes to, where several channels share one account.
    pub audience: Vec<String>,
    /// The account itself.
    pub provider: Provider,
}

/// An account at one of the providers.
#[derive(Clone)]
pub enum Provider {
    /// A custom robot in a DingTalk group.
    DingTalk(Robot),
    /// A bot in a WeCom group.
    WeComBot(Bot),
    /// A self-built WeCom app.
    WeComApp(App),
    /// A login at a mail server.
    Mail(Mailbox),
}

/// A custom robot in a DingTalk group.
#[derive(Clone)]
pub struct Robot {
    /// The token in the webhook address.
    pub access_token: String,
    /// The secret of the security setting 加签, if it is on.
    pub secret: Option<String>,
    /// The keywords of which a message must contain one, if there are any.
    pub keywords: Vec<String>,
    /// Where calls may come from; anywhere if empty.
    pub allowed_addresses: Vec<AddressRange>,
    /// The mobiles and user ids of the people in the group.
    pub members: Members,
    /// Whether the robot still speaks.
    pub state: RobotState,
    /// Messages in any 60 s before the ban: the provider's 20, or no limit.
    pub per_minute: Option<usize>,
    /// Messages in a calendar month: the provider's 3,000, or no limit.
    pub per_month: Option<u64>,
}

impl Default for Robot {
    fn default() -> Self {
        Self {
            access_token: String::new(),
            secret: None,
            keywords: Vec::new(),
            allowed_addresses: Vec::new(),
            members: Members::Anyone,
            state: RobotState::Active,
            per_minute: Some(MESSAGES_PER_MINUTE),
            per_month: Some(DINGTALK_MESSAGES_PER_MONTH),
        }
    }
}

/// "每个机器人每分钟最多发送20条消息", at DingTalk and at WeCom alike.
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>,
/// <https://developer.work.weixin.qq.com/document/path/91770>
const MESSAGES_PER_MINUTE: usize = 20;

/// The standard edition's calls a month, since 2025-11-19.
/// <https://open.dingtalk.com/document/development/billing-model>
const DINGTALK_MESSAGES_PER_MONTH: u64 = 3_000;

/// Whether a robot still speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RobotState {
    /// It does.
    #[default]
    Active,
    /// Someone stopped it.
    Stopped,
    /// Someone removed it from the group.
    Removed,
    /// The group is no more.
    Disbanded,
}

/// A bot in a WeCom group.
#[derive(Clone)]
pub struct Bot {
    /// The key in the webhook address.
    pub key: String,
    /// The user ids and mobiles of the people in the group.
    pub members: Members,
    /// Whether the bot still speaks.
    pub state: BotState,
    /// Messages in any 60 s: the provider's 20, or no limit.
    pub per_minute: Option<usize>,
}

impl Default for Bot {
    fn default() -> Self {
        Self {
            key: String::new(),
            members: Members::Anyone,
            state: BotState::Active,
            per_minute: Some(MESSAGES_PER_MINUTE),
        }
    }
}

/// Whether a bot still speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BotState {
    /// It does.
    #[default]
    Active,
    /// Someone stopped it.
    Stopped,
    /// Someone removed it from the group.
    Removed,
}

/// A self-built WeCom app and the people who can see it.
#[derive(Clone)]
pub struct App {
    /// The company.
    pub corp_id: String,
    /// The app's secret.
    pub secret: String,
    /// The app.
    pub agent_id: i64,
    /// The user ids the app may write to.
    pub users: BTreeSet<String>,
    /// Departments, and who is in them.
    pub parties: BTreeMap<String, Vec<String>>,
    /// Tags, and who has them.
    pub tags: BTreeMap<String, Vec<String>>,
    /// How long a token lives, in seconds: the provider says 7,200 today.
    pub expires_in: u32,
    /// The app's trusted addresses; anywhere if empty.
    pub allowed_addresses: Vec<AddressRange>,
    /// Messages to one member in any minute: the provider's 30, or no limit.
    pub per_member_and_minute: Option<usize>,
    /// Messages to one member in any hour: the provider's 1,000, or no limit.
    pub per_member_and_hour: Option<usize>,
}

impl Default for App {
    /// <https://developer.work.weixin.qq.com/document/path/91039> (tokens) and
    /// <https://developer.work.weixin.qq.com/document/path/96212> (frequencies).
    fn default() -> Self {
        Self {
            corp_id: String::new(),
            secret: String::new(),
            agent_id: 0,
            users: BTreeSet::new(),
            parties: BTreeMap::new(),
            tags: BTreeMap::new(),
            expires_in: 7_200,
            allowed_addresses: Vec::new(),
            per_member_and_minute: Some(30),
            per_member_and_hour: Some(1_000),
        }
    }
}

/// A login at a mail server.
#[derive(Clone, Default)]
pub struct Mailbox {
    /// User name and password; without them the server relays for anyone.
    pub login: Option<Credentials>,
    /// The addresses it may send as.
    pub senders: Members,
    /// The addresses that exist.
    pub recipients: Members,
}

/// A user name and its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub username: String,
    /// The proof. Also the bearer token of XOAUTH2.
    pub password: String,
}

/// Who is there to be reached.
#[derive(Clone, Default)]
pub enum Members {
    /// Whoever is named.
    #[default]
    Anyone,
    /// These and nobody else.
    Only(BTreeSet<String>),
}

impl Members {
    /// These and nobody else.
    pub fn only<'a>(members: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Only(members.into_iter().map(str::to_owned).collect())
    }

    /// These and the others too.
    pub(crate) fn widen(&mut self, others: Self) {
        match (&mut *self, others) {
            (Self::Only(members), Self::Only(others)) => members.extend(others),
            (Self::Anyone, _) | (_, Self::Anyone) => *self = Self::Anyone,
        }
    }

    pub(crate) fn contains(&self, member: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Only(members) => members.contains(member),
        }
    }
}

impl Account {
    /// An account without a name.
    #[must_use]
    pub fn new(provider: Provider) -> Self {
        Self { name: None, audience: Vec::new(), provider }
    }

    /// The same account under `name`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// The account behind a channel of this `kind` with these settings.
    ///
    /// | kind | settings |
    /// |---|---|
    /// | `dingtalk` | `access_token`, `secret`?, `keyword`* |
    /// | `wecom` | `key`, or `corp_id`, `secret`, `agent_id`, `to_user`?, `to_party`?, `to_tag`? |
    /// | `email` | `username`?, `password`?, `from`, `to`* |
    ///
    /// The lists of WeCom are joined by `|`, those of mail by `,`; `limits: none`
    /// switches the provider's limits off.
    ///
    /// # Errors
    ///
    /// If the kind is unknown, or a setting is missing, unknown or cannot be.
    /// The error does not quote a setting's value.
    pub fn from_settings<K: AsRef<str>>(
        kind: &str,
        settings: &[(K, String)],
    ) -> Result<Self, InvalidAccount> {
        let settings = HandedOver::new(settings);
        match kind {
            "dingtalk" => settings.robot(),
            "wecom" if settings.last("key").is_some() => settings.bot(),
            "wecom" => settings.app(),
            "email" => settings.mailbox(),
            _ => Err(InvalidAccount::UnknownKind(kind.to_owned())),
        }
    }
}

/// Shows the name and nothing that is secret.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! account_from {
    ($($account:ident => $provider:ident),* $(,)?) => {$(
        impl From<$account> for Account {
            fn from(account: $account) -> Self {
                Self::new(Provider::$provider(account))
            }
        }
    )*};
}
account_from!(Robot => DingTalk, Bot => WeComBot, App => WeComApp, Mailbox => Mail);

/// Why settings are not an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    /// No fake speaks this.
    #[error("the sandbox has no fake of kind `{0}`; it has `dingtalk`, `wecom` and `email`")]
    UnknownKind(String),
    /// A setting is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A setting no fake knows.
    #[error("`{0}` is not a setting the sandbox knows")]
    UnknownSetting(String),
    /// A setting's value cannot be.
    #[error("`{0}` must be {1}")]
    Invalid(&'static str, &'static str),
}

#[cfg(test)]
mod tests;
