//! Who is really called.

use serde_json::Value;

use super::message::Form;
use crate::account::Members;
use crate::exchange::{Refusal, texts_at};

/// At most so many people can be called by one message.
/// <https://open.dingtalk.com/document/development/robot-message-type>
const PEOPLE: usize = 50;

const EVERYONE: &str = "@所有人";

/// The object `at`, beside the message and not in it.
#[derive(Debug, Default)]
pub(super) struct At {
    everyone: bool,
    people: Vec<String>,
}

impl At {
    pub(super) fn parse(body: &Value) -> Result<Self, Refusal> {
        let Some(at) = body.get("at").filter(|at| !at.is_null()) else { return Ok(Self::default()) };
        if !at.is_object() {
            return Err(Refusal::new(40_035, "不合法的参数: at"));
        }
        let mut people = texts_at(at, "atMobiles");
        people.extend(texts_at(at, "atUserIds"));
        people.truncate(PEOPLE);
        Ok(Self { everyone: at.get("isAtAll").and_then(Value::as_bool).unwrap_or(false), people })
    }

    /// Who is called, and the text with what the server adds to it.
    ///
    /// To a plain text the server adds the names itself; a markdown text or a card
    /// must hold them. Links and feed cards call nobody.
    pub(super) fn apply(self, form: Form, text: String, members: &Members) -> (Vec<String>, String) {
        match form {
            Form::Text => self.add_names(text, members),
            Form::Markdown | Form::ActionCard => {
                let everyone = self.everyone && (form == Form::Markdown || text.contains(EVERYONE));
                let is_called = |person: &String| is_named_in(&text, person) && members.contains(person);
                let people = self.people.into_iter().filter(is_called);
                (everyone.then(|| "@all".to_owned()).into_iter().chain(people).collect(), text)
            }
            Form::Link | Form::FeedCard => (Vec::new(), text),
        }
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

/// Whether `text` holds `@person` and not only the start of a longer name.
fn is_named_in(text: &str, person: &str) -> bool {
    let name = format!("@{person}");
    let ends = |index: usize| !text[index..].starts_with(|next: char| next.is_ascii_alphanumeric());
    text.match_indices(&name).any(|(index, found)| ends(index + found.len()))
}

/// A number of someone who is not in the group, as the group sees it.
fn masked(person: &str) -> String {
    let letters: Vec<char> = person.chars().collect();
    let hidden = 3..letters.len().saturating_sub(4);
    letters.iter().enumerate().map(|(index, c)| if hidden.contains(&index) { '*' } else { *c }).collect()
}
