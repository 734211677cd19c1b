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

proptest! {
    #[test]
    fn no_text_adds_an_element_or_an_attribute(text in r#"(<|>|"|'|&|/|=|script|[a-z \n]|告){0,40}"#) {
        let tags = |page: &str| (page.matches('<').count(), page.matches('"').count(), page.matches('\'').count());
        let plain = page(&message("x", Some("https://x/")), "#b71c1c");
        let nasty = page(&message(&text, Some(&format!("https://x/{text}"))), "#b71c1c");
        prop_assert_eq!(tags(&plain), tags(&nasty));
    }
}
