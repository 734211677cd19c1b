//! The style of what is printed: colour for what is broken, and the width of the terminal.

use std::env;
use std::io::{self, IsTerminal as _};

/// The style of what is printed for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutputStyle {
    /// The columns of the terminal; `None`: as many as it takes, for pipes and files.
    pub(crate) width: Option<u16>,
    colour: Colour,
}

/// The use of colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Colour {
    #[default]
    Off,
    On,
}

/// The tone of a text, which its colour shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// The text says nothing out of the ordinary.
    Plain,
    /// The text says that all is well.
    Good,
    /// The text says that something is on its way, or was late.
    Uncertain,
    /// The text says that something is broken.
    Bad,
}

/// The signs around a text in a cell that stand for its colour until the table is laid out: they take no room.
/// <https://www.unicode.org/charts/PDF/U2000.pdf>
const MARKS: [(char, Tone); 3] =
    [('\u{2061}', Tone::Good), ('\u{2063}', Tone::Uncertain), ('\u{2064}', Tone::Bad)];

/// The sign after such a text.
const END: char = '\u{2062}';

/// The end of a colour on a terminal.
const RESET: &str = "\u{1b}[0m";

impl OutputStyle {
    /// The style for standard output: plain unless it is a terminal. `NO_COLOR` and `TERM=dumb` are obeyed.
    /// <https://no-color.org>
    #[must_use]
    pub fn for_stdout() -> Self {
        if !io::stdout().is_terminal() {
            return Self::default();
        }
        let is_set = |name| env::var_os(name).is_some_and(|it| !it.is_empty());
        let is_dumb = env::var_os("TERM").is_some_and(|it| it == "dumb");
        let colour = if is_set("NO_COLOR") || is_dumb { Colour::Off } else { Colour::On };
        Self { width: terminal_width(), colour }
    }

    /// A style of a coloured terminal with so many columns, for tests.
    #[cfg(test)]
    pub(crate) fn coloured(width: u16) -> Self {
        Self { width: Some(width), colour: Colour::On }
    }

    /// `text` in the colour of `tone`.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        match (self.colour, code(tone)) {
            (Colour::On, Some(code)) => format!("{code}{text}{RESET}"),
            (Colour::On, None) | (Colour::Off, _) => text.to_owned(),
        }
    }

    /// `text` for a cell of a table, in the colour of `tone`.
    pub(crate) fn mark(self, tone: Tone, text: &str) -> String {
        let sign = MARKS.iter().find(|(_, it)| *it == tone);
        match (self.colour, sign) {
            (Colour::On, Some((sign, _))) => format!("{sign}{text}{END}"),
            (Colour::On, None) | (Colour::Off, _) => text.to_owned(),
        }
    }

    /// A laid-out table with colours for the signs of [`OutputStyle::mark`]; none goes beyond its line.
    pub(crate) fn colour_marks(self, table: &str) -> String {
        match self.colour {
            Colour::Off => table.to_owned(),
            Colour::On => table.lines().map(colour_line).collect::<Vec<_>>().join("\n"),
        }
    }
}

fn colour_line(line: &str) -> String {
    let (mut text, mut is_coloured) = (String::with_capacity(line.len()), false);
    for c in line.chars() {
        let tone = MARKS.iter().find(|(sign, _)| *sign == c).map(|(_, tone)| *tone);
        match (tone.and_then(code), c) {
            (Some(code), _) => {
                text.push_str(code);
                is_coloured = true;
            }
            (None, END) => {
                text.push_str(RESET);
                is_coloured = false;
            }
            (None, c) => text.push(c),
        }
    }
    if is_coloured {
        text.push_str(RESET);
    }
    text
}

/// The code of a colour that is told apart on dark and on light terminals.
fn code(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some("\u{1b}[32m"),
        Tone::Uncertain => Some("\u{1b}[33m"),
        Tone::Bad => Some("\u{1b}[1;31m"),
    }
}

#[cfg(unix)]
fn terminal_width() -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(size.ws_col).filter(|it| *it > 0)
}

#[cfg(not(unix))]
fn terminal_width() -> Option<u16> {
    None
}

#[cfg(test)]
mod tests;
