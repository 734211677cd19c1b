//! Who is really called in a WeCom group.

use serde_json::Value;

use crate::account::Members;
use crate::exchange::texts_at;

/// Who the lists inside `text` call, and how the group reads it.
pub(super) fn by_list(text: &Value, members: &Members) -> Vec<String> {
    let mut named = texts_at(text, "mentioned_list");
    named.extend(texts_at(text, "mentioned_mobile_list"));
    named.retain(|person| person == "@all" || members.contains(person));
    named
}

/// Who is called by `<@userid>` in the text itself, and the text as it reads.
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
