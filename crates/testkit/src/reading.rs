//! Texts that are hard to show as they are, and the reader of Markdown that says what is shown.

use fanfare_core::{addresses, keep_lines, space_after_addresses};
use proptest::strategy::Strategy;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Lines as devices, scripts and people write them, in which something looks like markup or leads somewhere.
pub const HARD_LINES: [&str; 40] = [
    "Room A: -18",
    "  indented by two",
    "\tindented by a tab",
    "a\tb\tc",
    "name      value",
    "# 3 pump",
    "#3 pump",
    "1. first",
    "2) second",
    "- 5 °C",
    "-9.4 °C",
    "+ 1",
    "* item",
    "> quoted",
    "---",
    "===",
    "|a|b|",
    "|--|--|",
    "a | b",
    "-- | --",
    "over_temp and cold_room_3, _x_ and __init__",
    "a*b*c, 2 * 3 * 4, **all good**",
    "C:\\path\\file, C:\\_x\\*y\\",
    "<b>bold</b> <font color=red>, x < 5, <5, a<b, <@all>, <at id=all></at>",
    "`rm -rf` and a lone ` sign",
    "~~gone~~ and ~5 °C and ~/x",
    "&lt;b&gt; &amp; &#42; AT&T a&b;",
    "[click](http://evil.example) ![x](http://evil.example/x.png) [a][b] [a]: http://evil.example",
    "see https://a.example/x_y/_z_/cold_room_3?var_a=1&b=~c*d*e%20f#g_h.",
    "见https://a.example/x。再见（https://b.example/y_1_）完",
    "(https://en.example/wiki/Pump_(device)) and https://a.example/*x*",
    "https://a.example/x?q=`y`&z=<t>",
    "http://[::1]:8080/_x_/",
    "https://a.example/页面/_3_",
    "Pump #",
    "${HOME} $x$ {{ .Labels }} 50 % \\n \\t",
    "\"quoted\" 'quoted' “引用”",
    "👨‍👩‍👧 ⚠️ cafe\u{301}",
    "温度：-9.4 °C，限值：-18 °C",
    "!!! ALARM !!!",
];

/// Any lines of [`HARD_LINES`], and lines of the signs that occur in them.
pub fn hard_text() -> impl Strategy<Value = String> {
    let hard = proptest::sample::select(HARD_LINES.as_slice()).prop_map(str::to_owned);
    let signs = r"([\\`*_~<>\[\]()&;:#!|=+ 1a-c-]|1\. |https://a\.b/|。){0,24}";
    let line = proptest::prop_oneof![2 => hard, 3 => signs];
    proptest::collection::vec(line, 1..6).prop_map(|lines| lines.join("\n"))
}

/// A text as a reader sees it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ReadText {
    /// The signs and line ends that are shown.
    pub text: String,
    /// The links, each with its shown name and its target.
    pub links: Vec<(String, String)>,
    /// The names of all other markup, e.g. `Strong`.
    pub markup: Vec<String>,
}

/// The way in which a client shows a line end in Markdown that is no hard break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftBreak {
    /// A blank, by the rule of CommonMark.
    Blank,
    /// A line end.
    Line,
}

/// `markdown` as a client of CommonMark shows it, with tables and strikethrough.
#[must_use]
pub fn read_markdown(markdown: &str, soft_break: SoftBreak) -> ReadText {
    let mut read = ReadText::default();
    let mut link_starts = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Paragraph) => {}
            Event::Start(Tag::Link { dest_url, .. }) => {
                link_starts.push((read.text.len(), dest_url.to_string()));
            }
            Event::Start(other) => read.markup.push(format!("{other:?}")),
            Event::End(TagEnd::Link) => {
                let (start, target) = link_starts.pop().unwrap();
                read.links.push((read.text[start..].to_owned(), target));
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => read.text.push_str("\n\n"),
            Event::End(TagEnd::Item) => read.text.push('\n'),
            Event::Text(text) => read.text.push_str(&text),
            Event::HardBreak => read.text.push('\n'),
            Event::SoftBreak => read.text.push(if soft_break == SoftBreak::Line { '\n' } else { ' ' }),
            Event::End(_) => {}
            other @ (Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::TaskListMarker(_)) => read.markup.push(format!("{other:?}")),
        }
    }
    read
}

/// `shown` with a blank for each no-break space, and three for each tab.
#[must_use]
pub fn with_blanks(shown: &str) -> String {
    shown.replace('\t', "   ").replace('\u{a0}', " ")
}

/// Checks that a channel shows `text` and nothing else, and that its links lead where their names say.
/// `read` is handed the lines of the text as a message holds them, and says what people see of them.
///
/// # Panics
///
/// If they see another text, markup, or a link to anywhere but an address of the text.
#[track_caller]
pub fn check_shown(text: &str, read: impl Fn(&str) -> ReadText) {
    let lines = space_after_addresses(&keep_lines(text));
    let shown = read(&lines);
    assert_eq!(with_blanks(shown.text.trim_end_matches('\n')), with_blanks(&lines));
    assert!(shown.markup.is_empty(), "markup of {text:?}: {:?}", shown.markup);
    let plain = |address: &str| percent_decoded(address).trim_end_matches('/').to_ascii_lowercase();
    for (name, target) in &shown.links {
        assert_eq!(plain(name), plain(target), "a link of {text:?}");
        assert!(addresses(&lines).any(|it| lines[it] == **name), "{name} is an address of {text:?}");
    }
}

/// `address` without percent-encoding; it need not be UTF-8 any more.
fn percent_decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        let code = (byte == b'%').then(|| rest.clone().take(2).collect::<Vec<u8>>());
        let hex = code.and_then(|it| u8::from_str_radix(&String::from_utf8(it).ok()?, 16).ok());
        if hex.is_some() {
            rest.nth(1);
        }
        bytes.push(hex.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
