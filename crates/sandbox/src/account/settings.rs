//! Accounts from the settings of channels.

use std::collections::BTreeMap;

use super::{Account, App, Bot, Credentials, InvalidAccount, Mailbox, Members, Robot};

/// Settings as a channel hands them over: pairs, where a name may come twice.
pub(super) struct HandedOver<'a>(Vec<(&'a str, &'a str)>);

impl<'a> HandedOver<'a> {
    pub(super) fn new<K: AsRef<str>>(settings: &'a [(K, String)]) -> Self {
        Self(settings.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect())
    }

    pub(super) fn robot(self) -> Result<Account, InvalidAccount> {
        self.check_names(&["access_token", "secret", "keyword", "limits"])?;
        let mut robot = Robot {
            access_token: self.required("access_token")?,
            secret: self.last("secret").filter(|secret| !secret.is_empty()).map(str::to_owned),
            keywords: self.all("keyword").map(str::to_owned).collect(),
            ..Robot::default()
        };
        if self.is_unlimited()? {
            robot.per_minute = None;
            robot.per_month = None;
        }
        Ok(robot.into())
    }

    pub(super) fn bot(self) -> Result<Account, InvalidAccount> {
        self.check_names(&["key", "limits"])?;
        let mut bot = Bot { key: self.required("key")?, ..Bot::default() };
        if self.is_unlimited()? {
            bot.per_minute = None;
        }
        Ok(bot.into())
    }

    pub(super) fn app(self) -> Result<Account, InvalidAccount> {
        self.check_names(&["corp_id", "secret", "agent_id", "to_user", "to_party", "to_tag", "limits"])?;
        let agent_id = self.required("agent_id")?;
        let agent_id = agent_id.parse().map_err(|_| InvalidAccount::Invalid("agent_id", "a whole number"))?;
        let group = |name: &'static str, what: &'static str| -> BTreeMap<String, Vec<String>> {
            self.list(name, '|').map(|id| (id.to_owned(), vec![format!("someone-{what}-{id}")])).collect()
        };
        let users = self.list("to_user", '|').filter(|user| *user != "@all").map(str::to_owned).collect();
        let audience = ["to_user", "to_party", "to_tag"].iter().flat_map(|name| self.list(name, '|'));
        let audience = audience.map(str::to_owned).collect();
        let (parties, tags) = (group("to_party", "in"), group("to_tag", "tagged"));
        let (corp_id, secret) = (self.required("corp_id")?, self.required("secret")?);
        let mut app = App { corp_id, secret, agent_id, users, parties, tags, ..App::default() };
        if app.users.is_empty() {
            app.users.insert("everyone".to_owned());
        }
        if self.is_unlimited()? {
            app.per_member_and_minute = None;
            app.per_member_and_hour = None;
        }
        Ok(Account { audience, ..app.into() })
    }

    pub(super) fn mailbox(self) -> Result<Account, InvalidAccount> {
        self.check_names(&["username", "password", "from", "to", "limits"])?;
        let login = match self.last("username").filter(|username| !username.is_empty()) {
            Some(username) => {
                Some(Credentials { username: username.to_owned(), password: self.required("password")? })
            }
            None => None,
        };
        let senders = Members::only([bare_address(&self.required("from")?)]);
        let audience = self.list("to", ',').map(|to| bare_address(to).to_owned()).collect();
        Ok(Account { audience, ..Mailbox { login, senders, recipients: Members::Anyone }.into() })
    }

    fn check_names(&self, known: &[&str]) -> Result<(), InvalidAccount> {
        match self.0.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(InvalidAccount::UnknownSetting((*name).to_owned())),
            None => Ok(()),
        }
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| *other == name).map(|(_, value)| *value)
    }

    fn list(&self, name: &str, separator: char) -> impl Iterator<Item = &'a str> {
        self.all(name)
            .flat_map(move |value| value.split(separator))
            .map(str::trim)
            .filter(|it| !it.is_empty())
    }

    pub(super) fn last(&self, name: &str) -> Option<&'a str> {
        self.all(name).last()
    }

    fn required(&self, name: &'static str) -> Result<String, InvalidAccount> {
        self.last(name).map(str::to_owned).ok_or(InvalidAccount::Missing(name))
    }

    fn is_unlimited(&self) -> Result<bool, InvalidAccount> {
        match self.last("limits") {
            None | Some("provider") => Ok(false),
            Some("none") => Ok(true),
            Some(_) => Err(InvalidAccount::Invalid("limits", "`provider` or `none`")),
        }
    }
}

/// The address in `Name <address>`, or the text itself.
fn bare_address(text: &str) -> &str {
    match text.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end().trim_end_matches('>'),
        None => text.trim(),
    }
}
