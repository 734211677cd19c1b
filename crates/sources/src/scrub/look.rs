//! Looks of a credential: what is no word, no number of times and no date.

/// Tells whether `text`, which stands where a credential may stand, looks like one: letters with digits or signs among
/// them, capitals within, or four digits and more.
pub(super) fn looks_secret(text: &str) -> bool {
    let text = text.trim_end_matches(['.', '!', '?', ')']);
    if text.len() < 4 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let looks = CharacterKinds::of(text);
    match (looks.has_letter, looks.has_digit) {
        (true, true) => true,
        (true, false) => looks.has_sign || looks.has_inner_capital,
        (false, true) => text.bytes().all(|byte| byte.is_ascii_digit()),
        (false, false) => false,
    }
}

/// Tells whether `text` looks as if a machine had drawn it: no name of a thing does.
pub(crate) fn looks_random(text: &str) -> bool {
    let is_key = text.len() >= 16
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'/' | b'='));
    let looks = CharacterKinds::of(text);
    let is_hex = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex || (is_key && looks.has_digit && looks.has_inner_capital)
}

/// The kinds of characters in a text.
#[expect(clippy::struct_excessive_bools, reason = "independent observations of one text")]
struct CharacterKinds {
    has_letter: bool,
    has_digit: bool,
    has_sign: bool,
    /// A capital behind a small letter.
    has_inner_capital: bool,
}

impl CharacterKinds {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        Self {
            has_letter: bytes.iter().any(u8::is_ascii_alphabetic),
            has_digit: bytes.iter().any(u8::is_ascii_digit),
            has_sign: bytes.iter().any(|byte| b"!@#$%^&*+=".contains(byte)),
            has_inner_capital: bytes
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase())),
        }
    }
}
