//! Bodies that a program put together itself and that are almost JSON.

/// The values that some programs write for a number that is none, the longer first.
const NO_NUMBERS: [&str; 4] = ["-Infinity", "Infinity", "NaN", "undefined"];

/// The body as JSON, if it only has line ends and the like within its texts, a comma too many at the end of a list, or
/// `NaN` for a number. It may still be none.
pub(super) fn mended(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let mut mended = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut place = JsonPlace::Outside;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        let no_number = NO_NUMBERS.iter().find(|it| place == JsonPlace::Outside && rest.starts_with(**it));
        rest = match (place, c) {
            (JsonPlace::Text, c) if u32::from(c) < 0x20 => {
                mended.push_str(&format!("\\u{:04x}", u32::from(c)));
                behind
            }
            (JsonPlace::Outside, ',') if behind.trim_start().starts_with(['}', ']']) => behind,
            (JsonPlace::Text | JsonPlace::Outside | JsonPlace::Escape, _) => match no_number {
                Some(no_number) => {
                    mended.push_str("null");
                    &rest[no_number.len()..]
                }
                None => {
                    mended.push(c);
                    behind
                }
            },
        };
        place = match (place, c) {
            (JsonPlace::Text, '\\') => JsonPlace::Escape,
            (JsonPlace::Text, '"') => JsonPlace::Outside,
            (JsonPlace::Outside, '"') | (JsonPlace::Escape, _) => JsonPlace::Text,
            (JsonPlace::Text | JsonPlace::Outside, _) => place,
        };
    }
    (mended != text).then_some(mended)
}

/// The place of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonPlace {
    Outside,
    Text,
    /// Behind a `\` in a text.
    Escape,
}
