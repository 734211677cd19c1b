//! Addressees: the people to mention, and the notification groups.

use fanfare_core::Mention;

use crate::extra::bounded;
use crate::json::Json;

use super::body::{Body, Field};
use super::form::Form;
use super::names::Meaning;

/// The prefixes of a Chinese number that providers want without them.
const CHINA: [&str; 2] = ["+86", "0086"];

/// The digits of a mobile number in China.
const CHINESE_DIGITS: usize = 11;

/// The digits of any telephone number, at most (ITU-T E.164).
const MAX_DIGITS: usize = 15;

/// The digits of the shortest number that a company gives to its own telephones.
const MIN_DIGITS: usize = 3;

/// The words that may stand before a telephone number, with a colon.
const TELEPHONE: [&str; 6] = ["tel", "phone", "mobile", "电话", "手机", "手机号"];

/// The word for everybody in a list of people.
const EVERYBODY: [&str; 4] = ["@all", "all", "@所有人", "所有人"];

/// Takes the people to mention. What is no telephone number is left where it is: an alert is not refused over one.
pub(super) fn take_mention(body: &mut Body<'_>) -> Mention {
    let mut mention =
        Mention { all: body.take_all(Meaning::Everybody, flag).contains(&true), ..Mention::default() };
    for field in body.fields(Meaning::Mobiles) {
        take_people(body, &field, &mut mention, |mention, text| {
            let mobiles = mobiles(text);
            let is_taken = mobiles.is_some();
            mobiles.into_iter().flatten().for_each(|mobile| put(&mut mention.mobiles, mobile));
            is_taken
        });
    }
    for field in body.fields(Meaning::UserIds) {
        take_people(body, &field, &mut mention, |mention, text| {
            // No provider's ids have a blank or `/` in them.
            let ids = text.split(['/', ' ', '\t']).filter(|id| !id.is_empty());
            ids.for_each(|id| put(&mut mention.user_ids, bounded(id)));
            true
        });
    }
    mention
}

/// Takes the people in a list of texts or numbers, or in one text with commas, and leaves what `take` does not.
fn take_people(
    body: &mut Body<'_>,
    field: &Field,
    mention: &mut Mention,
    take: impl Fn(&mut Mention, &str) -> bool,
) {
    let Some(names) = body.take_if(field, names) else { return };
    let mut others = Vec::new();
    for name in names {
        if EVERYBODY.contains(&name.to_lowercase().as_str()) {
            mention.all = true;
        } else if !take(mention, &name) {
            others.push(Json::Text(name));
        }
    }
    if !others.is_empty() {
        body.put_back(&field.path, Json::List(others));
    }
}

fn put(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The telephone numbers in `text`, which may be divided by a blank or `/` as one number may be, too; `None`: it is
/// something else.
fn mobiles(text: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = text.split(['/', ' ', '\t']).filter(|part| !part.is_empty()).collect();
    let is_whole = |part: &&str| part.bytes().filter(u8::is_ascii_digit).count() >= CHINESE_DIGITS;
    let are_extensions = || text.contains('/') && parts.windows(2).all(|it| it[0].len() == it[1].len());
    if parts.len() > 1 && (parts.iter().all(is_whole) || are_extensions()) {
        return parts.into_iter().map(mobile).collect();
    }
    mobile(text).map(|mobile| vec![mobile])
}

/// The telephone number in the form in which DingTalk and WeCom know their members: a Chinese number without prefix,
/// another one with `+` and the code of its country. `None`: it is none.
fn mobile(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('@');
    let scheme =
        text.split_once([':', '：']).filter(|(name, _)| TELEPHONE.contains(&name.to_lowercase().as_str()));
    let text = scheme.map_or(text, |(_, number)| number);
    let compact: String = text
        .chars()
        .filter(|c| !(c.is_whitespace() || matches!(c, '-' | '–' | '(' | ')' | '（' | '）' | '.' | '/')))
        .collect();
    let compact = compact.replace('＋', "+");
    let is_chinese = |digits: &str| digits.len() == CHINESE_DIGITS && digits.starts_with('1');
    let national = CHINA.iter().find_map(|prefix| compact.strip_prefix(prefix));
    let bare = compact.strip_prefix("86").filter(|digits| is_chinese(digits));
    let number = match (national.or(bare), compact.strip_prefix("00")) {
        (Some(national), _) => national.to_owned(),
        (None, Some(abroad)) => format!("+{abroad}"),
        (None, None) => compact,
    };
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_number =
        (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
}

/// Takes the notification groups, each once.
///
/// ThinkLink's own samples disagree: a list, an object around a list, a name,
/// and by mistake a boolean, which names no group.
pub(super) fn take_groups(body: &mut Body<'_>) -> Vec<String> {
    let mut groups = Vec::new();
    for field in body.fields(Meaning::Groups) {
        let inner: Vec<String> = field.path.iter().cloned().chain(["notify".to_owned()]).collect();
        let found = match body.peek(&inner).and_then(group_names) {
            Some(names) => body.take(&inner).map(|_| names),
            None => body.take_if(&field, group_names),
        };
        found.into_iter().flatten().for_each(|group| put(&mut groups, group));
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
        Json::Number(digits) => Some(vec![whole(digits)]),
        Json::Text(text) => Some(split(text)),
        Json::List(items) if !items.iter().any(Json::is_composite) => Some(
            items
                .iter()
                .flat_map(|item| match item {
                    Json::Number(digits) => vec![whole(digits)],
                    Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
                        split(&line(item).unwrap_or_default())
                    }
                })
                .collect(),
        ),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}

fn split(text: &str) -> Vec<String> {
    let names = text.split([',', ';', '，', '；', '、', '|', '\n']).map(str::trim);
    names.filter(|name| !name.is_empty()).map(bounded).collect()
}

/// The number without the exponent or the point that programs put into a large one: `1.38e10`, `13800000000.0`.
fn whole(digits: &str) -> String {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.to_owned();
    }
    match digits.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && (0.0..1e15).contains(&number) => format!("{number:.0}"),
        Ok(_) | Err(_) => digits.to_owned(),
    }
}

fn flag(found: &Json) -> Option<bool> {
    match found.text()?.to_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

fn line(found: &Json) -> Option<String> {
    Form::Kept.line(found)
}
