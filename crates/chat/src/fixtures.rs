//! Messages for the tests of this crate.

use fanfare_words::{Fact, Message, OtherAlerts};

pub(crate) fn message(title: &str, fact: &str, content: &str) -> Message {
    Message {
        title: title.to_owned(),
        facts: vec![Fact { name: "Device", text: fact.to_owned(), link: None }],
        others: OtherAlerts::default(),
        content: Some(content.to_owned()),
        link: Some("https://tkl.example.com/alarm/1".to_owned()),
    }
}

/// A message that invites to acknowledge.
pub(crate) fn invitation() -> Message {
    let mut message = message("Title", "Cold room 3", "All of it.");
    let link = Some("https://alerts.example.com/ack/t0ken".to_owned());
    message.facts.insert(0, Fact { name: "Acknowledge", text: "I take care of it".to_owned(), link });
    message
}
