//! The people whom a message calls by name.

use std::collections::HashSet;
use std::sync::Arc;

use fanfare_core::{Alert, Digest, Mention, Notification, Severity, Status, Why};
use serde::Deserialize;

/// The people whom a chat channel calls by name, beside those the alert asks for.
///
/// ```yaml
/// mention:
///   mobiles: ["13800000000"]
///   user_ids: [zhangsan]
///   all: urgent        # asked (default) | urgent | always | never
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MentionSettings {
    /// Mobile numbers of members of the group.
    pub mobiles: Vec<String>,
    /// The provider's ids of members of the group.
    pub user_ids: Vec<String>,
    /// The rule for calling everybody.
    pub all: MentionAll,
}

/// The rule by which everybody in a group is called. By none of them a message calls that an alert is over, or
/// that somebody takes care of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MentionAll {
    /// Called if the alert asks for it.
    #[default]
    Asked,
    /// Called if the alert asks for it, or is urgent.
    Urgent,
    /// Called with every message about what is still open.
    Always,
    /// A call for everybody is dropped, even one that the alert asks for.
    Never,
}

/// WeCom's id for everybody; [`MentionAll`] decides about it.
const EVERYBODY: &str = "@all";

impl MentionSettings {
    /// The people whom the message about `notification` calls, for any alert of its group: everyone once, and only those
    /// whose number or id can stand in a message without changing its meaning. Nobody, if the alert is over or
    /// somebody takes care of it.
    ///
    /// At most `limit` people, those of the settings first.
    #[must_use]
    pub fn for_notification(&self, notification: &Notification, limit: usize) -> Mention {
        self.for_all(&[notification], limit)
    }

    /// The people whom the message about all of `digest` calls: those whom one of its
    /// notifications would call, within the same bounds.
    #[must_use]
    pub fn for_digest(&self, digest: &Digest, limit: usize) -> Mention {
        self.for_all(&digest.notifications().iter().map(Arc::as_ref).collect::<Vec<_>>(), limit)
    }

    fn for_all(&self, told: &[&Notification], limit: usize) -> Mention {
        let open = still_open(told);
        if open.is_empty() {
            return Mention::default();
        }
        let Self { mobiles, user_ids, all } = self;
        let firing = |it: &&Alert| it.status == Status::Firing;
        let asked = || open.iter().flat_map(|it| it.alerts()).filter(firing).map(|it| &it.mention);
        let asked_mobiles = asked().flat_map(|it| &it.mobiles);
        let asked_user_ids = asked().flat_map(|it| &it.user_ids);
        let mobiles = collect(mobiles.iter().chain(asked_mobiles).filter_map(|it| mobile(it)), limit);
        let user_ids = collect(
            user_ids.iter().chain(asked_user_ids).filter_map(|it| user_id(it)),
            limit - mobiles.len(),
        );
        let asked_all = asked().any(|it| it.all || it.user_ids.iter().any(|id| id == EVERYBODY));
        let all = match all {
            MentionAll::Asked => asked_all,
            MentionAll::Urgent => asked_all || open.iter().any(|it| it.alert.severity == Severity::Urgent),
            MentionAll::Always => true,
            MentionAll::Never => false,
        };
        Mention { mobiles, user_ids, all }
    }
}

/// The notifications about what is neither over nor taken care of by the last notification about it. Only they
/// call people: nobody is to be woken by good news.
fn still_open<'a>(told: &[&'a Notification]) -> Vec<&'a Notification> {
    let mut closed = HashSet::new();
    let mut seen = HashSet::new();
    for it in told.iter().rev() {
        let is_closed = match it.why {
            Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice => false,
            Why::Acknowledged | Why::Resolved => true,
        };
        if seen.insert(it.incident) && is_closed {
            closed.insert(it.incident);
        }
    }
    told.iter().copied().filter(|it| !closed.contains(&it.incident)).collect()
}

fn collect(people: impl Iterator<Item = String>, limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    for person in people {
        if found.len() < limit && !found.contains(&person) {
            found.push(person);
        }
    }
    found
}

/// A number as providers know it: digits, and `+1-…` for one from abroad. People
/// also write it with spaces.
fn mobile(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_number =
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    is_number.then_some(number)
}

/// An id of letters, digits and the signs that occur in ids; none that could end
/// a mention or begin markup.
fn user_id(text: &str) -> Option<String> {
    let id = text.trim();
    let may_stand = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '$' | ':' | '+' | '/' | '=')
    };
    // "userid … 1~64 bytes": <https://developer.work.weixin.qq.com/document/path/90195>
    let is_id = !id.is_empty() && id.len() <= 64 && id.chars().all(may_stand) && id != EVERYBODY;
    is_id.then(|| id.to_owned())
}

#[cfg(test)]
mod tests;
