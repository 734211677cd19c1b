//! Mentions, in the three ways in which Feishu writes them.

use std::collections::BTreeMap;

use fanfare_chat::MentionSettings;
use fanfare_core::{Digest, Mention, Notification};

use crate::MentionConfig;
use crate::config::{EVERYBODY, bare_mobile, is_user_id};

/// The most people in one message. Ours, since Feishu publishes no limit: more names
/// than a screen holds are not read.
const MOST_MENTIONS: usize = 50;

/// The settings of mentions, as a message needs them.
#[derive(Debug)]
pub(crate) struct Mentions {
    settings: MentionSettings,
    ids_of_mobiles: BTreeMap<String, String>,
}

/// The people of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Called {
    /// The ids of people to call; everybody is `all`.
    ids: Vec<String>,
    /// The people who were asked for by what Feishu cannot call: shown as text.
    by_text: Vec<String>,
}

impl Mentions {
    pub(crate) fn new(config: MentionConfig) -> Self {
        let MentionConfig { user_ids, all, ids_of_mobiles } = config;
        let settings = MentionSettings { mobiles: Vec::new(), user_ids, all };
        let ids = ids_of_mobiles.unwrap_or_default();
        let ids_of_mobiles =
            ids.into_iter().filter_map(|(mobile, id)| Some((bare_mobile(&mobile)?, id))).collect();
        Self { settings, ids_of_mobiles }
    }

    /// The people that the message about `told` calls.
    pub(crate) fn for_notification(&self, told: &Notification) -> Called {
        self.called(self.settings.for_notification(told, MOST_MENTIONS))
    }

    /// The people that the message about `digest` calls.
    pub(crate) fn for_digest(&self, digest: &Digest) -> Called {
        self.called(self.settings.for_digest(digest, MOST_MENTIONS))
    }

    fn called(&self, mention: Mention) -> Called {
        let Mention { mobiles, user_ids, all } = mention;
        let mut called = Called::default();
        let known = |mobile: &String| self.ids_of_mobiles.get(&bare_mobile(mobile)?).cloned();
        for person in mobiles.into_iter().map(|it| known(&it).ok_or(it)).chain(user_ids.into_iter().map(Ok)) {
            match person {
                Ok(id) if is_user_id(&id) && !called.ids.contains(&id) => called.ids.push(id),
                Ok(id) if is_user_id(&id) => {} // Called already, by another of their names.
                Ok(other) | Err(other) => called.by_text.push(other),
            }
        }
        called.ids.extend(all.then(|| EVERYBODY.to_owned()));
        called
    }
}

impl Called {
    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.by_text.is_empty()
    }

    /// The ids to call.
    pub(crate) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The people whom Feishu cannot call, e.g. `@13800000000`.
    pub(crate) fn by_text(&self) -> impl Iterator<Item = String> {
        self.by_text.iter().map(|person| format!("@{person}"))
    }

    /// The mentions in a card's markdown.
    pub(crate) fn in_card(&self) -> String {
        self.joined(|id| format!("<at id={id}></at>"))
    }

    /// The mentions in a plain text.
    pub(crate) fn in_text(&self) -> String {
        self.joined(|id| format!("<at user_id=\"{id}\"></at>"))
    }

    fn joined(&self, written: impl Fn(&String) -> String) -> String {
        self.ids.iter().map(written).chain(self.by_text()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests;
