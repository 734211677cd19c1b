//! Names of days and months, which change from mail to mail about one alarm.

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

/// The text, in lower case, without such names; for comparing only. Its white space is not kept.
pub(super) fn without_calendar_words(text: &str) -> String {
    let is_kept = |word: &&str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        !(bare.is_empty() || WORDS.contains(&bare) || is_day_zh(bare))
    };
    text.split_whitespace().filter(is_kept).collect::<Vec<_>>().join(" ")
}

fn is_day_zh(word: &str) -> bool {
    let day = word.strip_prefix("星期").or_else(|| word.strip_prefix("周"));
    day.is_some_and(|it| DAYS_ZH.contains(&it))
}
