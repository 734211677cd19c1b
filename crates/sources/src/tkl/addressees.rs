//! Addressees: the people to mention, and the notification groups.

use fanfare_core::Mention;

use crate::extra::bounded;
use crate::json::Json;

use super::body::{Body, EVERYWHERE, MENTION, Part};
use super::form::Form;

/// Takes the people to mention. An unreadable value is left where it is: an alert is
/// not refused over a telephone number.
pub(super) fn take_mention(body: &mut Body<'_>) -> Mention {
    Mention {
        mobiles: take_all(body, "mobiles", "at_mobiles", names).concat(),
        user_ids: take_all(body, "user_ids", "at_user_ids", names).concat(),
        all: take_all(body, "all", "at_all", flag).contains(&true),
    }
}

fn take_all<T>(body: &mut Body<'_>, in_mention: &str, beside: &str, read: fn(&Json) -> Option<T>) -> Vec<T> {
    let places = EVERYWHERE.map(|part| (part, beside)).into_iter().chain([(MENTION, in_mention)]);
    places.filter_map(|(part, name)| body.take_if(part, name, read)).collect()
}

/// Takes the notification groups, each once.
///
/// ThinkLink's own samples disagree: a list, an object around a list, a name,
/// and by mistake a boolean, which names no group.
pub(super) fn take_groups(body: &mut Body<'_>) -> Vec<String> {
    const IN_GROUP: [Part; 5] = [
        &["dnMsg", "data", "group"],
        &["dnMsg", "group"],
        &["params", "group"],
        &["alarm", "group"],
        &["group"],
    ];
    let beside =
        ["notice_groups", "group", "notify"].into_iter().flat_map(|name| EVERYWHERE.map(|part| (part, name)));
    let places = beside.chain(IN_GROUP.map(|part| (part, "notify")));
    let mut groups = Vec::new();
    for group in places.filter_map(|(part, name)| body.take_if(part, name, group_names)).flatten() {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

fn group_names(found: &Json) -> Option<Vec<String>> {
    match found {
        Json::Bool(_) => Some(Vec::new()),
        Json::Text(_) | Json::Number(_) => Some(line(found).into_iter().collect()),
        Json::List(items) if !items.iter().any(Json::is_composite) => {
            Some(items.iter().filter_map(line).collect())
        }
        Json::Null | Json::List(_) | Json::Object(_) => None,
    }
}

/// The names in a list of texts or numbers, or in one text with commas.
fn names(found: &Json) -> Option<Vec<String>> {
    match found {
        Json::Number(digits) => Some(vec![digits.clone()]),
        Json::Text(text) => {
            let names = text.split([',', ';', '，', '；', '、']).map(str::trim);
            Some(names.filter(|name| !name.is_empty()).map(bounded).collect())
        }
        Json::List(items) if !items.iter().any(Json::is_composite) => {
            Some(items.iter().filter_map(line).collect())
        }
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}

fn flag(found: &Json) -> Option<bool> {
    match found.text()?.to_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn line(found: &Json) -> Option<String> {
    Form::Kept.line(found)
}
