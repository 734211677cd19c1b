use fanfare_testkit::{HARD_LINES, ReadText, check_shown, hard_text};
use fanfare_words::OtherAlerts;
use proptest::prelude::*;

use super::*;

fn message(text: &str, link: Option<&str>) -> Message {
    Message {
        title: text.to_owned(),
        facts: vec![Fact { name: "Device", text: text.to_owned(), link: link.map(str::to_owned) }],
        others: OtherAlerts::default(),
        content: Some(text.to_owned()),
        link: link.map(str::to_owned),
    }
}

#[test]
fn texts_stay_texts() {
    let page = page(&message(r#"<script>alert("1")</script> & 'more'"#, None), "#b71c1c");
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(
        page.matches("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;").count(),
        3
    );
}

#[test]
fn only_links_to_the_web_can_be_clicked() {
    let link = |link: &str| page(&message("", Some(link)), "#b71c1c").contains("<a href");
    assert!(link("https://thinklink.example.com/alarms?id=1&x=2"));
    assert!(link("HTTP://192.168.1.2/"));
    assert!(!link("javascript:alert(1)"));
    assert!(!link("data:text/html,x"));
    assert!(!link("htt"));
}

#[test]
fn a_fact_that_leads_somewhere_is_a_button_with_its_own_words() {
    let page = page(&message("I take care of it", Some("https://alerts.example.com/ack/t0ken")), "#b71c1c");
    assert!(
        page.contains(r#"<td><a href="https://alerts.example.com/ack/t0ken" style="display:inline-block;"#),
        "{page}"
    );
    assert!(page.contains(r#"none">I take care of it</a></td>"#), "{page}");
}

#[test]
fn a_link_cannot_leave_its_attribute() {
    let page = page(&message("", Some(r#"https://x/"onmouseover="alert(1)"#)), "#b71c1c");
    assert_eq!(page.matches(r#"<a href="https://x/&quot;onmouseover=&quot;alert(1)""#).count(), 2, "{page}");
}

/// The lines as a mail program shows them that knows no style sheets: a line ends at `<br>`, and every run of
/// blanks and line ends is one blank.
fn read(lines: &str) -> ReadText {
    let page = long_text(lines);
    let body =
        page.strip_prefix("<div style=\"margin-top:12px\">").and_then(|it| it.strip_suffix("</div>\n"));
    let shown = |line: &str| {
        let words =
            line.split([' ', '\n', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        signs.iter().fold(words, |text, (entity, sign)| text.replace(entity, sign))
    };
    let text = body.unwrap().split("<br>").map(shown).collect::<Vec<_>>().join("\n");
    ReadText { text, ..ReadText::default() }
}

#[test]
fn hard_lines_are_shown_as_they_are_also_by_outlook() {
    HARD_LINES.iter().for_each(|line| check_shown(line, read));
    check_shown(&HARD_LINES.join("\n"), read);
}

proptest! {
    #[test]
    fn a_text_is_shown_as_it_is(text in hard_text()) {
        check_shown(&text, read);
    }

    #[test]
    fn no_text_adds_an_element_or_an_attribute(text in r#"(<|>|"|'|&|/|=|script|[a-z \n]|告){0,40}"#) {
        let tags = |page: &str| (page.matches('<').count(), page.matches('"').count(), page.matches('\'').count());
        let page = |message| page(&message, "#b71c1c").replace("<br>", "");
        let plain = page(message("x", Some("https://x/")));
        let nasty = page(message(&text, Some(&format!("https://x/{text}"))));
        prop_assert_eq!(tags(&plain), tags(&nasty));
    }
}
