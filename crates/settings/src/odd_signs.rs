//! Signs of another script in the place of YAML's own, as a Chinese keyboard writes them.

use crate::place::Position;
use crate::problem::Problem;

/// The signs that look like YAML's and are none, and what YAML has in their place.
const WIDE_SIGNS: [(char, &str); 14] = [
    ('：', "`: `"),
    ('，', "`, `"),
    ('、', "`, `"),
    ('［', "`[`"),
    ('］', "`]`"),
    ('【', "`[`"),
    ('】', "`]`"),
    ('｛', "`{`"),
    ('｝', "`}`"),
    ('“', "`\"`"),
    ('”', "`\"`"),
    ('‘', "`'`"),
    ('’', "`'`"),
    ('＃', "`#`"),
];

/// The errors of `text`, a config that cannot be used, that may come from such signs: one where YAML would
/// have a sign of its own. Inside of a value they are as good as any other.
#[must_use]
pub fn odd_signs(text: &str) -> Vec<Problem> {
    let lines = (1..).zip(text.lines());
    lines.flat_map(|(number, line)| LineScan::new(number, line).problems()).collect()
}

/// A look at one line.
struct LineScan<'a> {
    number: u64,
    line: &'a str,
    problems: Vec<Problem>,
}

impl<'a> LineScan<'a> {
    fn new(number: u64, line: &'a str) -> Self {
        Self { number, line, problems: Vec::new() }
    }

    fn problems(mut self) -> Vec<Problem> {
        let (mut brackets, mut quote) = (0_usize, None);
        for (at, c) in self.line.char_indices() {
            let before = &self.line[..at];
            match c {
                _ if quote.is_some() => quote = quote.filter(|it| *it != c),
                '"' | '\'' if begins_value(before) => quote = Some(c),
                '#' if before.is_empty() || before.ends_with(' ') => break,
                '[' | '{' => brackets += 1,
                ']' | '}' => brackets = brackets.saturating_sub(1),
                '\t' if before.trim().is_empty() => {
                    self.note(at, "a tab indents nothing in YAML: write blanks")
                }
                _ if is_wide_blank(c) && (before.trim().is_empty() || begins_value(before)) => {
                    let code = u32::from(c);
                    let message =
                        format!("a blank that YAML takes for a letter (U+{code:04X}): write a plain one");
                    self.note(at, &message);
                }
                _ if is_unseen(c) => {
                    let code = u32::from(c);
                    let message = format!(
                        "a character that nobody sees and YAML takes for a letter (U+{code:04X}): leave it out"
                    );
                    self.note(at, &message);
                }
                _ if is_misplaced(c, before, brackets) || self.closes(c) => self.note_wide(at, c),
                _ if begins_value(before) && !before.ends_with(is_of_a_word) => self.note_wide_word(at),
                _ => {}
            }
        }
        self.problems
    }

    /// True if `c` ends what a misplaced sign of this line has begun.
    fn closes(&self, c: char) -> bool {
        matches!(c, '］' | '】' | '｝' | '”' | '’') && !self.problems.is_empty()
    }

    fn note_wide(&mut self, at: usize, c: char) {
        if let Some((_, meant)) = WIDE_SIGNS.iter().find(|(wide, _)| *wide == c) {
            self.note(at, &format!("`{c}` (U+{:04X}) is no sign of YAML: write {meant}", u32::from(c)));
        }
    }

    /// Notes the first wide letter, digit or sign of the word at `at`, if the word is a plain one but for such.
    fn note_wide_word(&mut self, at: usize) {
        let word = self.line[at..].split(|c| !is_of_a_word(c)).next().unwrap_or_default();
        // Those that are noted anyway, or are as good as any other within a value.
        let is_wide = |c: char| !c.is_ascii() && WIDE_SIGNS.iter().all(|(wide, _)| *wide != c);
        let narrow: Option<String> = word.chars().map(narrowed).collect();
        let (Some(narrow), Some((offset, wide))) = (narrow, word.char_indices().find(|(_, c)| is_wide(*c)))
        else {
            return;
        };
        let meant = narrowed(wide).unwrap_or(wide);
        let message =
            format!("`{wide}` (U+{:04X}) is another sign than `{meant}`: write `{narrow}`", u32::from(wide));
        self.note(at + offset, &message);
    }

    fn note(&mut self, at: usize, message: &str) {
        let column = self.line[..at].chars().count() as u64 + 1;
        let position = Position { line: self.number, column };
        self.problems.push(Problem::whole_file(Some(position), message.to_owned()));
    }
}

/// True if `c` is a blank, but none of YAML's.
fn is_wide_blank(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace()
}

/// True if `c` shows nothing at all. Those that join and part letters have their place in some scripts.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// True if `c` can be within a word, as names and values are: neither a blank, nor YAML's own sign between two of them.
fn is_of_a_word(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | '[' | ']' | '{' | '}' | '"' | '\'')
}

/// The ASCII sign that `c` is, or is the wide form of.
/// <https://www.unicode.org/charts/PDF/UFF00.pdf>
fn narrowed(c: char) -> Option<char> {
    match c {
        '。' => Some('.'),
        '、' => Some(','),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + u32::from('!')),
        _ => c.is_ascii().then_some(c),
    }
}

/// True if `c` stands where YAML would have a sign of its own: `：` behind a name, `，` in a list, and brackets,
/// quotes and `＃` at the beginning of a value.
fn is_misplaced(c: char, before: &str, brackets: usize) -> bool {
    match c {
        '：' => is_name(last_part(before)),
        '，' | '、' => brackets > 0 || last_part(before) != before,
        '［' | '【' | '｛' | '“' | '‘' | '＃' => begins_value(before),
        _ => false,
    }
}

/// True if a value may begin behind `before`.
fn begins_value(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with([':', '-', '[', '{', ',', '：', '，', '［', '【', '｛'])
}

/// The part of `before` behind the last sign that parts names and values.
fn last_part(before: &str) -> &str {
    before.rsplit(['[', '{', ',', '，', '［', '【', '｛']).next().unwrap_or(before)
}

/// True if `part` is the name of a setting, as an item of a list or not.
fn is_name(part: &str) -> bool {
    let part = part.trim();
    let name = part.strip_prefix('-').unwrap_or(part).trim_start();
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests;
