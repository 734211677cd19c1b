//! The people that a message really calls.

use fanfare_sandbox::{Members, ProviderRefusal, texts_at};
use serde_json::Value;

/// The number of people that one message can call at most.
/// <https://open.dingtalk.com/document/development/robot-message-type>
const PEOPLE: usize = 50;

const EVERYONE: &str = "@所有人";

/// The effect of the names in `at` on one type of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameEffect {
    /// The server adds the names to the text, and calls the people.
    Added,
    /// People are called if the text holds `@` and their name; everyone is called in any case.
    PeopleMustBeWritten,
    /// People and everyone are called only if the text holds `@` and the name.
    AllMustBeWritten,
    /// No person is called.
    Ignored,
}

/// The object `at`, beside the message and not in it.
#[derive(Debug, Default)]
pub(super) struct AtObject {
    everyone: bool,
    people: Vec<String>,
}

impl AtObject {
    pub(super) fn parse(body: &Value) -> Result<Self, ProviderRefusal> {
        let Some(at) = body.get("at").filter(|at| !at.is_null()) else { return Ok(Self::default()) };
        if !at.is_object() {
            return Err(ProviderRefusal::new(40_035, "不合法的参数: at"));
        }
        let mut people = texts_at(at, "atMobiles");
        people.extend(texts_at(at, "atUserIds"));
        people.truncate(PEOPLE);
        Ok(Self { everyone: at.get("isAtAll").and_then(Value::as_bool).unwrap_or(false), people })
    }

    /// The people who are called, and the text with the names that the server adds.
    pub(super) fn apply(self, effect: NameEffect, text: String, members: &Members) -> (Vec<String>, String) {
        let everyone = match effect {
            NameEffect::Added => return self.add_names(text, members),
            NameEffect::Ignored => return (Vec::new(), text),
            NameEffect::PeopleMustBeWritten => self.everyone,
            NameEffect::AllMustBeWritten => self.everyone && text.contains(EVERYONE),
        };
        let is_called = |person: &String| is_named_in(&text, person) && members.contains(person);
        let people = self.people.into_iter().filter(is_called);
        (everyone.then(|| "@all".to_owned()).into_iter().chain(people).collect(), text)
    }

    fn add_names(self, mut text: String, members: &Members) -> (Vec<String>, String) {
        let mut mentioned = Vec::new();
        if self.everyone {
            text.push_str(EVERYONE);
            mentioned.push("@all".to_owned());
        }
        for person in self.people {
            text.push('@');
            if members.contains(&person) {
                text.push_str(&person);
                mentioned.push(person);
            } else {
                text.push_str(&masked(&person));
            }
        }
        (mentioned, text)
    }
}

/// True if `text` holds `@person` and not only the start of a longer name.
fn is_named_in(text: &str, person: &str) -> bool {
    let name = format!("@{person}");
    let ends = |index: usize| !text[index..].starts_with(|next: char| next.is_ascii_alphanumeric());
    text.match_indices(&name).any(|(index, found)| ends(index + found.len()))
}

/// The number of a person outside the group, as the group sees it.
fn masked(person: &str) -> String {
    let letters: Vec<char> = person.chars().collect();
    let hidden = 3..letters.len().saturating_sub(4);
    letters.iter().enumerate().map(|(index, c)| if hidden.contains(&index) { '*' } else { *c }).collect()
}
