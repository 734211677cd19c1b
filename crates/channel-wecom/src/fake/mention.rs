//! The people that a message really calls in a WeCom group.

use fanfare_sandbox::{Members, texts_at};
use serde_json::Value;

/// The people that the lists inside `text` call.
pub(super) fn by_list(text: &Value, members: &Members) -> Vec<String> {
    let mut named = texts_at(text, "mentioned_list");
    named.extend(texts_at(text, "mentioned_mobile_list"));
    named.retain(|person| person == "@all" || members.contains(person));
    named
}

/// The people called by `<@userid>` in the text itself, and the text as people read it.
/// `<@all>` and mobiles call nobody there.
pub(super) fn inline(text: &str, members: &Members) -> (Vec<String>, String) {
    let (mut named, mut read) = (Vec::new(), String::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<@") {
        let Some((person, behind)) = after.split_once('>') else { break };
        read.push_str(before);
        read.push('@');
        read.push_str(person);
        if person != "all" && members.contains(person) {
            named.push(person.to_owned());
        }
        rest = behind;
    }
    read.push_str(rest);
    (named, read)
}
