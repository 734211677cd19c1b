//! Marked texts: the name of an alarm, and the marks around it, as people write subjects and titles.
//!
//! `[CRITICAL] Disk full`, `PROBLEM: Disk full` and `Disk full - OK` name one alarm, `Disk full`. A mark is only read
//! where it stands apart from the name: in brackets, before or behind a mark of punctuation, or at the end as a word
//! that has no other use. An end that is not recognised is told as an alarm; an alarm that is taken for an end is lost.

use crate::{Severity, Status, says_presence};

/// A text of one line, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedText {
    /// The text without its marks; the whole of it if it is nothing but marks.
    pub name: String,
    /// The status that the marks say; `None` if they say none.
    pub status: Option<Status>,
    /// The word for the severity, if one of the marks is one.
    pub level: Option<String>,
}

/// The meaning of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextMark {
    Raise,
    End,
    Level,
    /// A word that says nothing of the alarm.
    Filler,
}

/// The words of marks, in lower case, with `_` for a blank. A word that may also be what is wrong with a thing, `closed` or `removed`,
/// is none.
const MARKS: [(TextMark, &str); 3] = [
    (
        TextMark::Raise,
        "problem firing alert alarm alarming alerting triggered active fault raised new down offline unreachable \
         告警 报警 故障 异常 触发 发生 告警中 报警中 告警通知 报警通知 告警发生 报警发生",
    ),
    (
        TextMark::End,
        "ok okay resolved recovered recovery cleared clear restored normal back_to_normal inactive rtn online up \
         alarm_cleared alarm_clear alarm_resolved alarm_recovered alert_resolved alert_recovered \
         恢复 已恢复 恢复正常 已恢复正常 正常 解除 已解除 消除 已消除 清除 已清除 消警 复归 已复归 恢复通知 告警恢复 报警恢复 故障恢复 \
         告警解除 报警解除 故障解除 告警消除 报警消除 故障消除 告警已恢复 报警已恢复 故障已恢复 告警清除 报警清除 告警已解除 报警已解除 \
         故障已解除 告警已消除 报警已消除 故障已消除",
    ),
    (TextMark::Filler, "notification notice message 通知 消息"),
];

/// English ends that may stand behind a name without any punctuation. `Audit log cleared` is an alarm.
const BARE_ENDS: [&str; 2] = ["resolved", "recovered"];

/// Chinese ends that may, the longer first.
const BARE_ENDS_ZH: [&str; 15] = [
    "已恢复正常",
    "恢复正常",
    "告警恢复",
    "报警恢复",
    "故障恢复",
    "告警解除",
    "报警解除",
    "故障解除",
    "告警消除",
    "报警消除",
    "已恢复",
    "已解除",
    "已消除",
    "已清除",
    "已复归",
];

/// Words between a name and a state.
const VERBS: [&str; 2] = [" is ", " are "];

/// Words by which an end is denied.
const DENIALS: [&str; 8] = ["not", "no", "never", "cannot", "unable", "failed", "fails", "fail"];

/// The same in Chinese.
const DENIALS_ZH: [&str; 5] = ["未", "没", "无法", "不", "失败"];

/// Brackets around marks.
const BRACKETS: [(char, char); 6] =
    [('[', ']'), ('【', '】'), ('(', ')'), ('（', '）'), ('［', '］'), ('<', '>')];

/// Punctuation between a mark and a name.
const SEPARATORS: [&str; 6] = [": ", "：", " - ", " – ", " | ", " — "];

/// The length of a word in capitals that may be the name of a thing.
const SHORT_WORD: usize = 6;

/// The bytes of a subject in which marks are looked for at most: what is longer is no subject for people.
const LONGEST: usize = 1000;

/// The marks of one subject are not more than this.
const MOST_MARKS: usize = 8;

impl MarkedText {
    /// Takes `text` apart. One of more than a thousand bytes is no title, and is its own name.
    #[must_use]
    pub fn read(text: &str) -> Self {
        if text.len() > LONGEST {
            return Self { name: text.trim().to_owned(), status: None, level: None };
        }
        let mut marks = FoundMarks::default();
        let mut rest = trimmed(&without_bracketed(text, &mut marks)).to_owned();
        for _ in 0..MOST_MARKS {
            let Some((mark, word, name)) = marked(&rest) else { break };
            marks.note(mark, &word);
            rest = name;
        }
        let name = if rest.is_empty() { text.trim().to_owned() } else { rest };
        let status = match (marks.raise, marks.end) {
            (true, _) => Some(Status::Firing),
            (false, true) => Some(Status::Resolved),
            (false, false) => {
                let is_there = marks.level.is_none() && says_presence(&name) && !is_denied(&name);
                is_there.then_some(Status::Resolved)
            }
        };
        Self { name, status, level: marks.level }
    }
}

/// The marks that a text has.
#[derive(Default)]
struct FoundMarks {
    raise: bool,
    end: bool,
    level: Option<String>,
}

impl FoundMarks {
    fn note(&mut self, mark: TextMark, word: &str) {
        match mark {
            // `Alert: disk full - resolved` is an end: the word for a raise that stands before every subject says nothing.
            TextMark::Raise => self.raise |= is_state(word),
            TextMark::End => self.end = true,
            TextMark::Level => {
                self.level.get_or_insert_with(|| word.trim().to_owned());
            }
            TextMark::Filler => {}
        }
    }
}

/// Tells whether a word for a raise says how it stands, and not only what sort of mail it is.
fn is_state(word: &str) -> bool {
    matches!(folded(word).as_str(), "problem" | "firing" | "triggered" | "down" | "offline" | "unreachable")
}

/// The subject without its marks in brackets.
fn without_bracketed(subject: &str, marks: &mut FoundMarks) -> String {
    let mut kept = String::with_capacity(subject.len());
    let mut rest = subject;
    while let Some((at, open)) = rest.char_indices().find(|(_, c)| BRACKETS.iter().any(|(it, _)| it == c)) {
        let (before, bracketed) = rest.split_at(at);
        let inner = &bracketed[open.len_utf8()..];
        let close = BRACKETS.iter().find(|(it, _)| *it == open).and_then(|(_, close)| inner.find(*close));
        kept.push_str(before);
        let found =
            close.map(|end| (&inner[..end], end)).and_then(|(word, end)| Some((mark(word)?, word, end)));
        match found {
            Some((found, word, end)) => {
                marks.note(found, word);
                kept.push(' ');
                let after = &inner[end..];
                rest = after.strip_prefix(|_: char| true).unwrap_or_default();
            }
            None => {
                kept.push(open);
                rest = inner;
            }
        }
    }
    kept.push_str(rest);
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The mark at the beginning or the end of `text`, its word, and what is left.
fn marked(text: &str) -> Option<(TextMark, String, String)> {
    leading(text).or_else(|| trailing(text)).or_else(|| bare(text))
}

fn leading(text: &str) -> Option<(TextMark, String, String)> {
    let (at, separator) = SEPARATORS.iter().filter_map(|it| Some((text.find(it)?, it))).min()?;
    let (before, name) = (&text[..at], &text[at + separator.len()..]);
    found(before, name).or_else(|| {
        // `Monitor is DOWN: web-1`
        let (at, verb) = VERBS.iter().filter_map(|it| Some((before.rfind(it)?, it))).max()?;
        found(&before[at + verb.len()..], &format!("{}: {name}", &before[..at]))
    })
}

fn trailing(text: &str) -> Option<(TextMark, String, String)> {
    let places = SEPARATORS.iter().chain(&VERBS).filter_map(|it| Some((text.rfind(it)?, it.len())));
    let (at, length) = places.max()?;
    found(&text[at + length..], &text[..at])
}

/// The mark `word` beside `name`.
fn found(word: &str, name: &str) -> Option<(TextMark, String, String)> {
    let word = trimmed(word);
    // `Temperature is up` is no end.
    let is_direction = word.eq_ignore_ascii_case("up") && word != "UP";
    let name = trimmed(name);
    let mark = mark(word).filter(|_| !is_direction && !name.is_empty())?;
    Some((mark, word.to_owned(), name.to_owned()))
}

/// A mark without punctuation: a word in capitals at the beginning, or an end that has no other use.
fn bare(text: &str) -> Option<(TextMark, String, String)> {
    if is_denied(text) {
        return None;
    }
    // `OK button pressed`, `UP key stuck`: short words in capitals are names of things.
    let is_shouted = |word: &str| word.len() > SHORT_WORD && word.chars().all(char::is_uppercase);
    let shouted =
        text.split_once(' ').filter(|(first, rest)| is_shouted(first) && rest.contains(char::is_lowercase));
    let chinese = || text.split_once([' ', '-', '，', ',']).filter(|(first, _)| !first.is_ascii());
    if let Some((first, rest)) = shouted.or_else(chinese)
        && let Some(mark) = mark(first)
    {
        return Some((mark, first.to_owned(), trimmed(rest).to_owned()));
    }
    if let Some((rest, last)) = text.rsplit_once(' ')
        && (BARE_ENDS.contains(&folded(last).as_str())
            || !last.is_ascii() && mark(last) == Some(TextMark::End))
    {
        return Some((TextMark::End, last.to_owned(), trimmed(rest).to_owned()));
    }
    let end = BARE_ENDS_ZH.iter().find(|it| text.len() > it.len() && text.ends_with(**it))?;
    let rest = trimmed(&text[..text.len() - end.len()]);
    (!rest.is_empty()).then(|| (TextMark::End, (*end).to_owned(), rest.to_owned()))
}

fn is_denied(text: &str) -> bool {
    let denies = |word: &str| DENIALS.contains(&folded(word).as_str()) || word.ends_with("n't");
    text.split_whitespace().any(denies) || DENIALS_ZH.iter().any(|it| text.contains(it))
}

/// The meaning of `word`, if it is a mark.
fn mark(word: &str) -> Option<TextMark> {
    let word = folded(word);
    let word = without_duration(&word);
    let of_table = MARKS.iter().find(|(_, words)| words.split_ascii_whitespace().any(|it| it == word));
    let is_level = || word.contains(char::is_alphabetic) && word.parse::<Severity>().is_ok();
    of_table.map(|(mark, _)| *mark).or_else(|| is_level().then_some(TextMark::Level))
}

/// The word without the time that an end took: `Resolved in 5m 3s`, as Zabbix writes.
fn without_duration(word: &str) -> &str {
    match word.split_once("_in_") {
        Some((word, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => word,
        Some(_) | None => word,
    }
}

/// The word as words are compared: in lower case, without signs around it, and without a count (`FIRING:2`).
fn folded(word: &str) -> String {
    let word = word
        .split_once(':')
        .map_or(word, |(word, count)| if count.bytes().all(|it| it.is_ascii_digit()) { word } else { "" });
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    word.split_whitespace().collect::<Vec<_>>().join("_")
}

/// The text without blanks, and without the signs that Nagios and others put around a subject.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "*#!=~-:：|，,。".contains(c))
}

#[cfg(test)]
mod tests;
