//! Presence: what texts for people say of a device that can, or cannot, be reached.

/// Words for a device that is there again.
const PRESENT: [&str; 2] = ["online", "reconnected"];

/// The same in Chinese.
const PRESENT_ZH: [&str; 3] = ["上线", "在线", "恢复连接"];

/// Words for a device that is gone.
const ABSENT: [&str; 2] = ["offline", "disconnected"];

/// The same in Chinese.
const ABSENT_ZH: [&str; 4] = ["离线", "掉线", "断线", "下线"];

/// Words beside these that do not say which device it is.
const FILLERS: [&str; 9] = ["is", "are", "was", "back", "again", "now", "has", "gone", "went"];

/// The same in Chinese.
const FILLERS_ZH: [&str; 5] = ["已经", "重新", "恢复", "已", "了"];

/// Tells whether the text ends by saying that a device is there again: `Sensor 3 is back online`, `3号泵已上线`.
pub(crate) fn says_presence(text: &str) -> bool {
    let lower = text.to_lowercase();
    let lower = lower.trim_end_matches(|c: char| !c.is_alphanumeric() || c == '了');
    let mut from_last = lower.rsplit(|c: char| !c.is_alphanumeric()).filter(|it| !FILLERS.contains(it));
    let is_there = from_last
        .next()
        .is_some_and(|last| PRESENT.contains(&last) || PRESENT_ZH.iter().any(|it| last.ends_with(it)));
    is_there && !ABSENT.iter().chain(&ABSENT_ZH).any(|it| lower.contains(it))
}

/// The text by which a device that is gone, and that is there again, is compared: both have one. `None` if the text says
/// neither.
pub(crate) fn presence_form(text: &str) -> Option<String> {
    let mut text = text.to_lowercase();
    let mut all = PRESENT.iter().chain(&PRESENT_ZH).chain(&ABSENT).chain(&ABSENT_ZH);
    if !all.any(|it| text.contains(it)) {
        return None;
    }
    for word in PRESENT_ZH.iter().chain(&ABSENT_ZH) {
        text = text.replace(word, " offline ");
    }
    for word in FILLERS_ZH {
        text = text.replace(word, " ");
    }
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty());
    let same = |word| if PRESENT.contains(&word) || ABSENT.contains(&word) { ABSENT[0] } else { word };
    let words = words.filter(|it| !FILLERS.contains(it)).map(same);
    Some(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_behind_it_that_name_nothing_change_nothing() {
        for (again, gone) in [
            ("Sensor 3 online again", "Sensor 3 offline"),
            ("Gateway B is now online.", "Gateway B went offline"),
            ("Router reconnected again!", "Router disconnected"),
            ("3号网关重新上线了", "3号网关掉线"),
            ("设备已经在线。", "设备已离线"),
        ] {
            assert!(says_presence(again) && !says_presence(gone), "{again}");
            assert_eq!(presence_form(again), presence_form(gone), "{again}");
        }
        for text in ["online shop closed", "在线监测异常", "Was online, now offline", "", "again"] {
            assert!(!says_presence(text), "{text}");
        }
    }
}
