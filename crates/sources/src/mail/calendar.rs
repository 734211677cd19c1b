//! Dates written with names of days and months, which change from mail to mail about one alarm.

/// The English names, and the words beside a clock time.
const WORDS: [&str; 45] = [
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "am",
    "pm",
    "gmt",
    "utc",
];

/// The Chinese names of the days of a week.
const DAYS_ZH: [&str; 8] = ["一", "二", "三", "四", "五", "六", "日", "天"];

/// The text, in lower case, without such names and the numbers beside them: `sat nov 28 08:26:40 2026`, `28 nov`. For
/// comparing only: its white space is not kept.
pub(super) fn without_dates(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut kept = Vec::with_capacity(words.len());
    let mut is_in_date = false;
    for (index, word) in words.iter().enumerate() {
        let is_before_name = || words.get(index + 1).is_some_and(|it| is_name(it));
        is_in_date = is_name(word) || is_number(word) && (is_in_date || is_before_name());
        if !is_in_date {
            kept.push(*word);
        }
    }
    kept.join(" ")
}

/// Tells whether the word is a name of a day or month, or stands beside a clock time.
fn is_name(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    WORDS.contains(&bare) || is_day_zh(bare)
}

/// Tells whether the word may be a day of a month, a year, a clock time or an offset.
fn is_number(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ',' | '/' | '+' | '-'))
}

fn is_day_zh(word: &str) -> bool {
    let day = word.strip_prefix("星期").or_else(|| word.strip_prefix("周"));
    day.is_some_and(|it| DAYS_ZH.contains(&it))
}
