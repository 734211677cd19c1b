//! Likeness: whether an end that has not the identity of an alarm may still be the end of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::numbers::numbered_things;
use crate::told_apart::name_told_apart;
use crate::{
    ALARM_CODE_FIELDS, AlarmNaming, Alert, MarkedText, presence_form, says_presence, without_readings,
};

/// The likeness of an end to an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// The end is that of something else.
    Other,
    /// The end has words of its own, and so has the alarm: it cannot be told.
    Doubtful,
    /// The end says nothing that the alarm does not say.
    Unnamed,
    /// The end speaks of a thing by the number that the alarm has.
    SameThing,
    /// The alarm goes by the name or text of the end.
    Named,
}

/// The likeness of `end` to `alarm`, which is of the same device.
///
/// Where both have a name only the end's name counts: two alarms of a device may well share a text. Whatever the
/// name, another place, code or numbered thing is another alarm.
pub(super) fn likeness(end: &Alert, alarm: &Alert) -> Likeness {
    let (said, known) = (name(end), name(alarm));
    let are_named = said.is_some() && known.is_some();
    if has_other_fields(end, alarm) {
        return Likeness::Other;
    }
    let said_texts = texts(end).filter(|_| !are_named);
    let known_forms: Vec<String> =
        known.map(str::to_owned).into_iter().chain(texts(alarm)).flat_map(forms).collect();
    let mut said_forms = said.map(str::to_owned).into_iter().chain(said_texts).flat_map(forms);
    let is_named = said_forms.any(|it| known_forms.contains(&it));
    if !is_named && said.is_some() {
        return Likeness::Other;
    }
    let (said_things, known_things) = (things(end), things(alarm));
    let has_all_things = said_things.is_subset(&known_things);
    let (said_words, known_words) = (AlarmWords::of(end), AlarmWords::of(alarm));
    let do_words_differ = said_words.differ_from(&known_words);
    if are_named {
        // The name of a type, or an end without its place: another number is another alarm. Without a device the text
        // is part of the alarm's identity.
        let is_other_thing = !has_all_things && !known_things.is_subset(&said_things);
        let is_other_text = is_of_site(end) && do_words_differ && !said_words.say_an_end;
        return if is_other_thing || is_other_text { Likeness::Doubtful } else { Likeness::Named };
    }
    match (is_named, has_all_things) {
        (_, false) if !known_things.is_empty() => Likeness::Other,
        (true, _) if said_words.say_an_end || (has_all_things && !do_words_differ) => Likeness::Named,
        (true, _) | (false, false) => Likeness::Doubtful,
        (false, true) if do_words_differ => Likeness::Doubtful,
        (false, true) if said_things.is_empty() => Likeness::Unnamed,
        (false, true) => Likeness::SameThing,
    }
}

fn is_of_site(alert: &Alert) -> bool {
    alert.device_key().is_some_and(|it| !it.has_device())
}

fn name(alert: &Alert) -> Option<&str> {
    match alert.naming {
        AlarmNaming::Text => None,
        AlarmNaming::Name | AlarmNaming::Labels => alert.labels.get("alertname"),
    }
}

/// The texts of the sender: without the lines that only show a field that has no place of its own, unless it tells
/// alarms apart.
fn texts(alert: &Alert) -> impl Iterator<Item = String> {
    let is_of_sender = |line: &&str| {
        let path = line.split_once(": ").map(|(path, _)| path);
        path.is_none_or(|path| alert.extra.get(path).is_none() || name_told_apart(path).is_some())
    };
    ["title", "description", "content"]
        .into_iter()
        .filter_map(|it| alert.annotations.get(it))
        .map(move |text| text.lines().filter(is_of_sender).collect::<Vec<_>>().join("\n"))
        .filter(|text| !text.trim().is_empty())
}

/// The bytes of each text in which words are looked for: an end is compared with a hundred alarms, and nobody names a
/// thing further behind.
const MAX_COMPARED_BYTES: usize = 2048;

/// The name and texts of the alert, in which its words are looked for.
fn sayings(alert: &Alert) -> impl Iterator<Item = String> {
    let cut = |mut text: String| {
        text.truncate(text.floor_char_boundary(MAX_COMPARED_BYTES));
        text
    };
    name(alert).map(str::to_owned).into_iter().chain(texts(alert)).map(move |text| cut(folded(&text)))
}

/// The forms in which a name or a text is compared: as it is, without the marks around its first line, and, if it says
/// that a device is gone or there again, as that is said of either.
fn forms(text: String) -> Vec<String> {
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let unmarked = format!("{}\n{rest}", MarkedText::read(first).name);
    let forms = [folded(&unmarked), folded(&text)];
    forms.into_iter().chain(presence_form(&text)).collect()
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Tells whether the two differ in a place, a code or the number of a device that both have. A device without EUI goes
/// by its number and its name.
fn has_other_fields(end: &Alert, alarm: &Alert) -> bool {
    let known: BTreeMap<String, String> = fields(alarm).collect();
    let is_other = |(name, said): (String, String)| known.get(&name).is_some_and(|known| *known != said);
    fields(end).any(is_other) || has_other_device_name(end, alarm)
}

/// The fields that tell alarms apart, by their normalised names. A code that says that there is none is left out.
fn fields(alert: &Alert) -> impl Iterator<Item = (String, String)> {
    let fields = alert.extra.iter().filter_map(|(path, text)| Some((name_told_apart(path)?, folded(text))));
    let is_none = |name: &str, text: &str| {
        has(ALARM_CODE_FIELDS, name) && (has(NOTHING, text) || text.trim_start_matches(['0', 'x']).is_empty())
    };
    fields.filter(move |(name, text)| !is_none(name, text))
}

fn has_other_device_name(end: &Alert, alarm: &Alert) -> bool {
    const EUI_DIGITS: usize = 16;
    let is_eui = end.device_key().is_some_and(|it| {
        it.device.len() == EUI_DIGITS && it.device.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let names = end.labels.get("device").zip(alarm.labels.get("device"));
    !is_eui && names.is_some_and(|(said, known)| folded(said) != folded(known))
}

/// The things with numbers that the alert speaks of, in its texts and in fields for a place.
fn things(alert: &Alert) -> BTreeSet<String> {
    let of_fields = fields(alert).map(|(name, text)| format!("{name} {text}"));
    let said = sayings(alert).chain(of_fields);
    said.flat_map(|text| numbered_things(&text)).collect()
}

/// The words of an alert.
struct AlarmWords {
    /// The words that say what it is about: of Chinese the single characters.
    subjects: BTreeSet<String>,
    /// Tells whether a word says that something is over or well.
    say_an_end: bool,
}

impl AlarmWords {
    fn of(alert: &Alert) -> Self {
        let mut words = Self { subjects: BTreeSet::new(), say_an_end: false };
        for text in sayings(alert) {
            words.say_an_end |= says_presence(&text);
            let text = presence_form(&text).unwrap_or(text);
            words.add(without_readings(&text));
        }
        words
    }

    /// Tells whether each of the two is about something that the other does not name.
    fn differ_from(&self, other: &Self) -> bool {
        !self.subjects.is_subset(&other.subjects) && !other.subjects.is_subset(&self.subjects)
    }

    fn add(&mut self, mut text: String) {
        for phrase in ENDS_ZH.split_ascii_whitespace() {
            self.say_an_end |= text.contains(phrase);
            text = text.replace(phrase, " ");
        }
        for phrase in STATES_ZH.split_ascii_whitespace() {
            text = text.replace(phrase, " ");
        }
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()) {
            let (chinese, foreign): (String, String) = word.chars().partition(|c| *c >= '\u{2e80}');
            self.subjects.extend(chinese.chars().map(String::from));
            self.say_an_end |= has(ENDS, &foreign);
            let is_subject = !foreign.is_empty() && !has(ENDS, &foreign) && !has(STATES, &foreign);
            if is_subject && foreign.parse::<u64>().is_err() {
                self.subjects.insert(foreign);
            }
        }
    }
}

fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|it| it == word)
}

/// Codes that say that there is none.
const NOTHING: &str = "none ok normal 正常 无";
/// AlarmWords that say that something is over or well.
const ENDS: &str = "ok okay normal clear cleared resolved resolve recovered recovery recover restored restore ended end over \
     closed close good healthy back again fixed solved gone stopped off range within fine safe dry reset";
/// The Chinese words of an end, the longer first.
const ENDS_ZH: &str = "恢复正常 已恢复 恢复 正常 解除 消除 结束 已关闭 关闭 已处理 消失 复位 复归 清除";
/// AlarmWords for what is wrong, and such as say nothing of it.
const STATES: &str = "too high low hot cold warm wet over under above below limit threshold alarm alarms alert fault faulty fail \
     failed failure error open opened detected lost down trip tripped on active is are was were be been being the a an \
     of in at to by for and or not no all any has have had with its it this that now current currently since value \
     state status warning critical action type event true false yes alarmstatus alarmstate isresolved iscleared \
     isrecovered c f v";
/// The Chinese words for what is wrong, the longer first.
const STATES_ZH: &str = "请处理 请检查 过高 过低 超高 超低 偏高 偏低 超限 超标 告警 报警 故障 异常 打开 断开 触发 发生 高于 \
     状态 动作 类型 事件 是否 低于 超过 上限 下限 阈值 当前 现在 目前 已经 回到 范围 内 已 了 的 为 是 高 低 值";
