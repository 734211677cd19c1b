//! The status that texts for people say, where no field does.

use fanfare_core::{MarkedText, Status};

/// Signs between the parts of a sentence. A mark behind the last part may be about that part only.
const BETWEEN_PARTS: [char; 7] = [',', '，', ';', '；', '。', ':', '：'];

/// The part that a text has among those of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextPart {
    /// The name or the title.
    Head,
    /// A description; the head if there is no other.
    Description,
}

/// The status that the first lines of `texts` say, which stand in the order in which people read them.
///
/// `Temperature 85 °C, battery: OK` is no end. So a mark behind a text counts only in a head, and only behind a text of
/// one part; in a description only a mark in front does.
pub(crate) fn spoken_status<'a>(texts: impl IntoIterator<Item = (TextPart, &'a str)>) -> Option<Status> {
    texts.into_iter().enumerate().find_map(|(index, (part, text))| {
        let line = first_line(text);
        let MarkedText { name, status, level: _ } = MarkedText::read(line);
        let is_in_front = line.ends_with(&name) && line != name;
        let is_head = index == 0 || part == TextPart::Head;
        let is_sure = is_in_front || (is_head && !name.contains(BETWEEN_PARTS));
        status.filter(|it| *it == Status::Firing || is_sure)
    })
}

/// The text without the marks around its first line.
pub(crate) fn without_marks(text: &str) -> String {
    let line = first_line(text);
    text.replacen(line, &MarkedText::read(line).name, 1)
}

/// The first line of a text, without the signs of Markdown around it.
fn first_line(text: &str) -> &str {
    let is_markup = |c: char| c.is_whitespace() || matches!(c, '#' | '*' | '>' | '`' | '_');
    text.trim_start_matches(is_markup).lines().next().unwrap_or_default().trim_end_matches(is_markup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_text_that_says_it_counts() {
        let end = Some(Status::Resolved);
        for (heads, descriptions, status) in [
            (&["[OK] Disk full"][..], &[][..], end),
            (&[], &["Disk full - resolved"], end),
            (&["设备"], &["【恢复】水压过高"], end),
            (&[], &["### **[RECOVERED] Pump 3**\n> flow: 0"], end),
            (&["Alert: Disk full - cleared"], &[], end),
            (&["leak", "Leak - OK"], &["dry"], end),
            (&["Sensor 3 is back online"], &[], end),
            (&["[FIRING] Pump 3"], &["[OK] Pump 3"], Some(Status::Firing)),
            (&["Pump 3"], &["Flow"], None),
            (&["Temperature 85 °C, battery: OK"], &[], None),
            (&[], &["温度过高；电池：正常"], None),
            (&["Temperature high"], &["Sensor: OK"], None),
            (&["Temperature high"], &["gateway online"], None),
            (&["Pump 3 not OK"], &[""], None),
            (&[], &[], None),
        ] {
            let heads = heads.iter().map(|it| (TextPart::Head, *it));
            let texts = heads.chain(descriptions.iter().map(|it| (TextPart::Description, *it)));
            assert_eq!(spoken_status(texts), status, "{descriptions:?}");
        }
    }

    #[test]
    fn without_marks_the_rest_stays_as_it_is() {
        for (text, without) in [
            ("[OK] Disk full\non web-1", "Disk full\non web-1"),
            ("**[已恢复] 3号泵漏水**\n> a", "**3号泵漏水**\n> a"),
            ("Disk full", "Disk full"),
            ("", ""),
        ] {
            assert_eq!(without_marks(text), without, "{text}");
        }
    }
}
