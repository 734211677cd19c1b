use expect_test::expect;
use fanfare_core::Locale;
use fanfare_testkit::{HARD_LINES, ReadText, check_shown, hard_text, notification};
use fanfare_words::OtherAlerts;
use proptest::prelude::*;

use super::*;

fn renderer() -> Renderer {
    Renderer::new(Locale::default())
}

fn frame(shape: Shape, limit: usize) -> Frame {
    Frame {
        renderer: renderer(),
        shape,
        limit,
        tail: Some("<@zhangsan>".to_owned()),
        names: NamesBehind::Nobody,
    }
}

fn message(content: &str) -> Message {
    Message {
        title: "[URGENT] **Too warm** - Cold room 3".to_owned(),
        facts: vec![Fact { name: "Device", text: "<@all> [x](http://evil.example)".to_owned(), link: None }],
        others: OtherAlerts::default(),
        content: Some(content.to_owned()),
        link: Some("https://tkl.example.com/alarm/1".to_owned()),
    }
}

#[test]
fn markdown_shows_the_severity_and_none_of_the_labels_markup() {
    let text = frame(Shape::Markdown(FontColour::Orange), 4096).fitted(&message("# fine\n> `all` (ok)"));
    expect![[r####"
        ### <font color="warning">[URGENT] ＊＊Too warm＊＊ - Cold room 3</font>

        > Device: ＜@all> [x]（http://evil.example)

        ＃ fine
        ＞ ｀all｀ (ok)

        [Open at the source](https://tkl.example.com/alarm/1)

        <@zhangsan>"####]]
    .assert_eq(&text);
}

#[test]
fn text_calls_nobody_whom_a_label_names() {
    let text = frame(Shape::Text, 2048).fitted(&message("fine"));
    assert!(text.contains("＜@all>") && !text.contains("<@all>"), "{text}");
}

#[test]
fn the_headline_is_orange_grey_when_low_and_green_when_over() {
    let word = |severity, why| FontColour::from_notification(&notification(severity, why)).word();
    assert_eq!(word(Severity::Urgent, Why::Started), "warning");
    assert_eq!(word(Severity::Mid, Why::StillFiring), "warning");
    assert_eq!(word(Severity::Low, Why::Started), "comment");
    assert_eq!(word(Severity::Urgent, Why::Resolved), "info");
    assert_eq!(word(Severity::Urgent, Why::Acknowledged), "comment");
}

#[test]
fn a_digest_has_the_colour_of_its_worst() {
    let colour = |whys: &[(Severity, Why)]| {
        let told = whys.iter().map(|(severity, why)| notification(*severity, *why).into()).collect();
        FontColour::from_digest(&Digest::new(told).unwrap())
    };
    let over = (Severity::Urgent, Why::Resolved);
    assert_eq!(colour(&[over, over]), FontColour::Green);
    assert_eq!(colour(&[over, (Severity::Low, Why::Started)]), FontColour::Grey);
    assert_eq!(
        colour(&[(Severity::Mid, Why::Started), (Severity::Low, Why::Started), over]),
        FontColour::Orange
    );
}

#[test]
fn a_fact_that_leads_somewhere_is_a_link_in_markdown_and_an_address_in_text() {
    let link = Some("https://alerts.example.com/ack/t0ken".to_owned());
    let mut message = message("fine");
    message.facts = vec![Fact { name: "URGENT", text: "*Cold* room [3]".to_owned(), link }];
    let markdown = frame(Shape::Markdown(FontColour::Orange), 4096).fitted(&message);
    let linked = "> URGENT: [*Cold* room ［3］](https://alerts.example.com/ack/t0ken)\n";
    assert!(markdown.contains(linked), "{markdown}");
    let text = frame(Shape::Text, 2048).fitted(&message);
    assert!(text.contains("URGENT: *Cold* room [3] https://alerts.example.com/ack/t0ken\n"), "{text}");
}

/// The lines as WeCom's client shows them by what is documented of its markdown, with the wide forms as what
/// they stand for.
fn read(lines: &str) -> ReadText {
    let mut shown = ReadText::default();
    for line in escape_lines(lines).lines() {
        if line.starts_with(['#', '>']) {
            shown.markup.push(line.to_owned());
        }
        read_line(line, &mut shown);
        shown.text.push('\n');
    }
    shown.text = narrow(&shown.text);
    shown.links = shown.links.iter().map(|(name, target)| (narrow(name), target.clone())).collect();
    shown
}

fn read_line(line: &str, shown: &mut ReadText) {
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let link = rest.strip_prefix('[').and_then(|it| it.split_once("](")).filter(|it| !it.0.contains('['));
        if let Some((name, (target, behind))) = link.and_then(|(name, it)| Some((name, it.split_once(')')?)))
        {
            shown.text.push_str(name);
            shown.links.push((name.to_owned(), target.to_owned()));
            rest = behind;
            continue;
        }
        let tag = rest
            .strip_prefix('<')
            .is_some_and(|it| it.starts_with(|c: char| c.is_alphabetic() || "@/".contains(c)));
        if tag || rest.starts_with("**") || c == '`' {
            shown.markup.push(rest.to_owned());
        }
        shown.text.push(c);
        rest = &rest[c.len_utf8()..];
    }
}

fn narrow(text: &str) -> String {
    const WIDE: [(char, &str); 8] = [
        ('＊', "*"),
        ('｀', "`"),
        ('＜', "<"),
        ('＞', ">"),
        ('＃', "#"),
        ('（', "("),
        ('［', "["),
        ('］', "]"),
    ];
    WIDE.iter().fold(text.to_owned(), |text, (wide, narrow)| text.replace(*wide, narrow))
}

#[test]
fn hard_lines_are_shown_as_they_are() {
    HARD_LINES.iter().for_each(|line| check_shown(&narrow(line), read));
    check_shown(&narrow(&HARD_LINES.join("\n")), read);
}

#[test]
fn a_sign_that_marks_nothing_in_wecom_stays() {
    let text = "a*b*c, cold_room_3, x < 5, ~5 °C, C:\\path\\file, - 5, 1. x, https://a.example/x_y?b=*c*d&e";
    assert_eq!(escape_lines(text), text);
}

#[test]
fn an_address_with_signs_of_the_markup_leads_where_it_did() {
    assert_eq!(
        escape("https://a.example/**x**/y"),
        "[https://a.example/＊＊x＊＊/y](https://a.example/%2A%2Ax%2A%2A/y)"
    );
}

#[test]
fn limits_are_in_bytes_and_the_mention_survives_the_cut() {
    // 683 Chinese characters are 2049 bytes.
    let text = frame(Shape::Text, 2048).fitted(&message(&"告".repeat(683)));
    assert!(text.len() <= 2048 && text.len() > 1900, "{}", text.len());
    assert!(text.contains("… cut, ") && text.ends_with("more bytes\n\n<@zhangsan>"), "{text}");
}

#[test]
fn a_message_of_the_product_fits_without_a_cut() {
    let message = renderer().notification(&notification(Severity::Urgent, Why::Started));
    assert!(!frame(Shape::Text, 2048).fitted(&message).contains("… cut"));
}

proptest! {
    #[test]
    fn a_text_is_shown_as_it_is(text in hard_text()) {
        check_shown(&narrow(&text), read);
    }

    #[test]
    fn a_message_is_never_larger_than_wecom_takes(
        unit in any::<char>(), repeat in 1_usize..10_000, label in ".{0,600}", limit in 1000_usize..4096,
    ) {
        let mut message = message(&unit.to_string().repeat(repeat));
        message.facts[0].text = label;
        for shape in [Shape::Markdown(FontColour::Green), Shape::Text] {
            prop_assert!(frame(shape, limit).fitted(&message).len() <= limit);
        }
    }
}
