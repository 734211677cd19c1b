//! The people whom a message calls by name.

use std::collections::HashSet;
use std::sync::Arc;

use fanfare_core::{Digest, Mention, Notification, Severity, Why};
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

/// The rule by which everybody in a group is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MentionAll {
    /// Called if the alert asks for it.
    #[default]
    Asked,
    /// Called if the alert asks for it, or is urgent, not over, and nobody has said that they take care.
    Urgent,
    /// Called with every message.
    Always,
    /// A call for everybody is dropped, even one that the alert asks for.
    Never,
}

/// WeCom's id for everybody; [`MentionAll`] decides about it.
const EVERYBODY: &str = "@all";

impl MentionSettings {
    /// The people whom the message about `notification` calls, for any alert of its group: everyone once, and only those
    /// whose number or id can stand in a message without changing its meaning.
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
        let Self { mobiles, user_ids, all } = self;
        let asked = || told.iter().flat_map(|it| it.alerts()).map(|it| &it.mention);
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
            MentionAll::Urgent => asked_all || is_urgent(told),
            MentionAll::Always => true,
            MentionAll::Never => false,
        };
        Mention { mobiles, user_ids, all }
    }
}

/// True if something urgent is still open by the last notification about it.
fn is_urgent(told: &[&Notification]) -> bool {
    let mut incidents = HashSet::new();
    let mut last_of_each = told.iter().rev().filter(|it| incidents.insert(it.incident));
    last_of_each.any(|it| match it.why {
        Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice => {
            it.alert.severity == Severity::Urgent
        }
        Why::Acknowledged | Why::Resolved => false,
    })
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
