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
                '\u{3000}' | '\u{a0}' if before.trim().is_empty() || begins_value(before) => {
                    self.note(
                        at,
                        &format!(
                            "a blank that YAML takes for a letter (U+{:04X}): write a plain one",
                            u32::from(c)
                        ),
                    );
                }
                _ if is_misplaced(c, before, brackets) || self.closes(c) => self.note_wide(at, c),
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

    fn note(&mut self, at: usize, message: &str) {
        let column = self.line[..at].chars().count() as u64 + 1;
        let position = Position { line: self.number, column };
        self.problems.push(Problem::whole_file(Some(position), message.to_owned()));
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
