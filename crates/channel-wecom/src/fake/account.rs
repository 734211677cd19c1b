//! The bots and apps of WeCom, as their settings have them.

use std::collections::{BTreeMap, BTreeSet};

use fanfare_sandbox::{AccountSettings, AddressRange, InvalidAccount, Members};

/// An account at WeCom.
pub(super) enum WeComAccount {
    Bot(WeComBot),
    App(WeComApp),
}

impl WeComAccount {
    /// The bot with these settings, if they have a key, or else the app.
    pub(super) fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        match settings.last("key") {
            Some(key) => WeComBot::from_settings(key, settings).map(Self::Bot),
            None => WeComApp::from_settings(settings).map(Self::App),
        }
    }
}

/// A bot in a WeCom group.
#[derive(Clone)]
pub(super) struct WeComBot {
    /// The key in the webhook address.
    pub(super) key: String,
    /// The user ids and mobiles of the people in the group.
    pub(super) members: Members,
    /// The condition of the bot.
    pub(super) status: BotStatus,
    /// Messages in any 60 s: the provider's 20, or no limit.
    pub(super) per_minute: Option<usize>,
}

/// Messages in any 60 s: "每个机器人发送的消息不能超过20条/分钟".
/// <https://developer.work.weixin.qq.com/document/path/91770>
const MESSAGES_PER_MINUTE: usize = 20;

impl Default for WeComBot {
    fn default() -> Self {
        Self {
            key: String::new(),
            members: Members::Anyone,
            status: BotStatus::Active,
            per_minute: Some(MESSAGES_PER_MINUTE),
        }
    }
}

impl WeComBot {
    fn from_settings(key: &str, settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        settings.check_names(&["key", "member", "state", "limits"])?;
        let mut bot = Self {
            key: key.to_owned(),
            members: Members::only_or_anyone(settings.all("member")),
            status: BotStatus::from_settings(settings)?,
            ..Self::default()
        };
        if settings.is_unlimited()? {
            bot.per_minute = None;
        }
        Ok(bot)
    }
}

/// The condition of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum BotStatus {
    /// In the group, and at work.
    #[default]
    Active,
    /// Stopped by a person.
    Stopped,
    /// Removed from the group by a person.
    Removed,
}

impl BotStatus {
    fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        match settings.last("state") {
            None | Some("active") => Ok(Self::Active),
            Some("stopped") => Ok(Self::Stopped),
            Some("removed") => Ok(Self::Removed),
            Some(_) => Err(InvalidAccount::Invalid("state", "`active`, `stopped` or `removed`")),
        }
    }
}

/// A self-built app and the people who can see it.
#[derive(Clone)]
pub(super) struct WeComApp {
    /// The id of the company.
    pub(super) corp_id: String,
    /// The app's secret.
    pub(super) secret: String,
    /// The app's number.
    pub(super) agent_id: i64,
    /// The user ids the app may write to.
    pub(super) users: BTreeSet<String>,
    /// The departments, with the members of each.
    pub(super) parties: BTreeMap<String, Vec<String>>,
    /// The tags, with the members of each.
    pub(super) tags: BTreeMap<String, Vec<String>>,
    /// The names that this channel writes to: users, departments and tags.
    pub(super) audience: Vec<String>,
    /// The life of a token in seconds: the provider says 7,200 today.
    pub(super) expires_in: u32,
    /// The app's trusted addresses; all if empty.
    pub(super) allowed_addresses: Vec<AddressRange>,
    /// Messages to one member in any minute: the provider's 30, or no limit.
    pub(super) per_member_and_minute: Option<usize>,
    /// Messages to one member in any hour: the provider's 1,000, or no limit.
    pub(super) per_member_and_hour: Option<usize>,
}

impl Default for WeComApp {
    /// An app with the provider's limits:
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
            audience: Vec::new(),
            expires_in: 7_200,
            allowed_addresses: Vec::new(),
            per_member_and_minute: Some(30),
            per_member_and_hour: Some(1_000),
        }
    }
}

impl WeComApp {
    fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        const LISTS: [&str; 3] = ["to_user", "to_party", "to_tag"];
        const OTHERS: [&str; 6] =
            ["corp_id", "secret", "agent_id", "expires_in", "allowed_address", "limits"];
        settings.check_names(&[&LISTS[..], &OTHERS[..]].concat())?;
        let group = |name: &str, how: &str| -> BTreeMap<String, Vec<String>> {
            settings.list(name, '|').map(|id| (id.to_owned(), vec![format!("someone-{how}-{id}")])).collect()
        };
        let users = settings.list("to_user", '|').filter(|user| *user != "@all").map(str::to_owned);
        let mut app = Self {
            corp_id: settings.required("corp_id")?,
            secret: settings.required("secret")?,
            agent_id: whole_number("agent_id", &settings.required("agent_id")?)?,
            users: users.collect(),
            parties: group("to_party", "in"),
            tags: group("to_tag", "tagged"),
            audience: LISTS.iter().flat_map(|name| settings.list(name, '|')).map(str::to_owned).collect(),
            allowed_addresses: settings.address_ranges("allowed_address")?,
            ..Self::default()
        };
        if let Some(seconds) = settings.last("expires_in") {
            app.expires_in = whole_number("expires_in", seconds)?;
        }
        if app.users.is_empty() {
            app.users.insert("everyone".to_owned());
        }
        if settings.is_unlimited()? {
            app.per_member_and_minute = None;
            app.per_member_and_hour = None;
        }
        Ok(app)
    }
}

fn whole_number<N: std::str::FromStr>(name: &'static str, text: &str) -> Result<N, InvalidAccount> {
    text.parse().map_err(|_| InvalidAccount::Invalid(name, "a whole number"))
}

#[cfg(test)]
mod tests;
