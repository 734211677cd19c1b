use unicode_width::UnicodeWidthStr as _;

use super::super::table::table;
use super::*;

/// The text as a terminal shows it: without the codes of colours.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        shown.push_str(before);
        rest = after.split_once('m').map_or("", |(_, it)| it);
    }
    shown + rest
}

#[test]
fn what_is_piped_has_no_colour_and_no_signs() {
    let style = OutputStyle::default();
    assert_eq!(style.paint(Tone::Bad, "broken"), "broken");
    assert_eq!(table(style, ["A"], [[style.mark(Tone::Bad, "broken")]]), "A\nbroken");
}

#[test]
fn what_is_broken_is_red_on_a_terminal_and_the_columns_stay_in_line() {
    let style = OutputStyle::coloured(80);
    let rows = [
        [style.mark(Tone::Bad, "broken"), "x".to_owned()],
        ["kept".to_owned(), "y".to_owned()],
        [style.mark(Tone::Bad, "故障"), "z".to_owned()],
    ];
    let text = table(style, ["STATE", "NEXT"], rows);
    assert!(text.contains("\u{1b}[1;31mbroken\u{1b}[0m"), "{text:?}");
    let column = |line: &str, of: char| shown(line).split_once(of).unwrap().0.width();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(column(lines[1], 'x'), column(lines[2], 'y'));
    assert_eq!(column(lines[1], 'x'), column(lines[3], 'z'));
    assert!(!shown(&text).contains(END), "{text:?}");
}

#[test]
fn a_table_is_no_wider_than_the_terminal_and_loses_nothing() {
    let style = OutputStyle::coloured(40);
    let words = "a provider's answer that is much longer than a line of the terminal 一段很长的中文说明";
    let text = table(style, ["ID", "WHY"], [["42".to_owned(), style.mark(Tone::Bad, words)]]);
    for line in shown(&text).lines() {
        assert!(line.width() <= 40, "{line:?} is {} wide", line.width());
    }
    let told: String = shown(&text).split_whitespace().collect();
    for word in words.split_whitespace() {
        assert!(told.contains(word), "{word} is missing in {text}");
    }
    // No colour runs on into the next cell of the next line.
    assert!(text.matches("\u{1b}[1;31m").count() <= text.matches(RESET).count(), "{text:?}");
}
