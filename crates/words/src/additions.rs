//! Short texts that a channel adds to a message or to a receipt.

use fanfare_core::Language;
use jiff::SignedDuration;

pub(crate) fn cut_note(language: Language, missing: usize) -> Option<String> {
    (missing > 0).then(|| match language {
        Language::En => format!("… cut, {missing} more bytes"),
        Language::Zh => format!("……已截断，还有 {missing} 字节"),
    })
}

pub(crate) fn called(language: Language) -> &'static str {
    match language {
        Language::En => "For: ",
        Language::Zh => "提醒: ",
    }
}

pub(crate) fn link_text(language: Language) -> &'static str {
    match language {
        Language::En => "Open at the source",
        Language::Zh => "在来源中查看",
    }
}

pub(crate) fn clock_note(language: Language, ahead: SignedDuration) -> String {
    let (by, is_behind) = (to_the_minute(language, ahead), ahead.is_positive());
    match (language, is_behind) {
        (Language::En, true) => {
            format!("signed with the provider's time: this machine's clock is {by} behind")
        }
        (Language::En, false) => {
            format!("signed with the provider's time: this machine's clock is {by} ahead")
        }
        (Language::Zh, true) => format!("已按服务器时间签名，本机时钟慢 {by}"),
        (Language::Zh, false) => format!("已按服务器时间签名，本机时钟快 {by}"),
    }
}

/// The length of `time` to the minute, without a sign: `2 h 3 min`, `2 小时 3 分`.
fn to_the_minute(language: Language, time: SignedDuration) -> String {
    let (day, hour, minute) = match language {
        Language::En => ("d", "h", "min"),
        Language::Zh => ("天", "小时", "分"),
    };
    let minutes = (time.abs().as_secs() + 30) / 60;
    match (minutes / (24 * 60), minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} {minute}"),
        (0, hours, minutes) => format!("{hours} {hour} {minutes} {minute}"),
        (days, hours, _) => format!("{days} {day} {hours} {hour}"),
    }
}

#[cfg(test)]
mod tests;
