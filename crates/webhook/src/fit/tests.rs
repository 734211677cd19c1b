use fanfare_core::Fact;
use proptest::prelude::*;

use super::*;

fn message(title: &str, fact: &str, content: &str) -> Message {
    Message {
        title: title.to_owned(),
        facts: vec![Fact { name: "Device", text: fact.to_owned(), link: None }],
        content: Some(content.to_owned()),
        link: Some("https://tkl.example.com/alarm/1".to_owned()),
    }
}

/// A message that invites to acknowledge.
fn invitation() -> Message {
    let mut message = message("Title", "Cold room 3", "All of it.");
    let link = Some("https://alerts.example.com/ack/t0ken".to_owned());
    message.facts.insert(0, Fact { name: "Acknowledge", text: "I take care of it".to_owned(), link });
    message
}

fn rendered(message: &Message, limit: usize) -> String {
    let render = |message: &Message, missing| {
        format!("{message}{}", cut_note(Language::En, missing).unwrap_or_default())
    };
    fit(message, limit, render, String::len)
}

#[test]
fn a_message_within_the_limit_is_left_alone() {
    let message = message("Title", "Cold room 3", "All of it.");
    assert_eq!(rendered(&message, 1000), message.to_string());
}

#[test]
fn the_longest_text_is_cut_and_the_message_says_so() {
    let text = rendered(&message("Title", "Cold room 3", &"过".repeat(400)), 500);
    assert!(text.contains("Title") && text.contains("Cold room 3") && text.contains("https://"), "{text}");
    let kept = text.matches('过').count();
    assert!(text.ends_with(&format!("… cut, {} more bytes", 1200 - 3 * kept)), "{text}");
}

#[test]
fn a_label_without_end_cannot_push_out_the_content() {
    let text = rendered(&message("Title", &"x".repeat(5000), "What happened."), 500);
    assert!(text.contains("What happened.") && text.len() <= 500, "{text}");
}

#[test]
fn a_plain_message_has_no_link_anywhere() {
    let content = "见 https://a.example/x?y=1，或 (HTTP://b.example) 或 www.c.example。完";
    let plain = plain(&message("See http://d.example", "Cold room 3", content));
    assert_eq!(plain.title, "See (…)");
    assert_eq!(plain.content.as_deref(), Some("见 (…)，或 ((…)) 或 (…)。完"));
    assert_eq!(plain.link, None);
}

#[test]
fn a_plain_message_invites_nobody_to_what_it_cannot_link() {
    assert_eq!(plain(&invitation()).facts, message("", "Cold room 3", "").facts);
}

#[test]
fn a_digest_without_links_keeps_every_line_and_all_of_it() {
    let mut digest = invitation();
    digest.facts[0].text = "x".repeat(5000);
    let told = without_links(&digest);
    assert_eq!(told.facts[0], Fact { link: None, ..digest.facts[0].clone() });
    assert_eq!((told.facts.len(), told.link), (2, None));
}

#[test]
fn an_invitation_is_the_last_fact_to_go() {
    let text = rendered(&invitation(), 105);
    assert!(text.contains("ack/t0ken") && !text.contains("Cold room 3"), "{text}");
}

#[test]
fn a_text_leads_where_its_link_does_and_nowhere_else() {
    assert_eq!(linked("Cold room 3", None), "Cold room 3");
    assert_eq!(linked("Cold room 3", Some("javascript:alert(1)")), "Cold room 3");
    assert_eq!(
        linked("a](http://evil.example) [b]", Some("https://a.example/(x)")),
        "[a］(http://evil.example) ［b］](https://a.example/%28x%29)"
    );
}

#[test]
fn a_plain_message_is_short() {
    assert_eq!(plain(&message("", "", &"x".repeat(5000))).content.map(|it| it.len()), Some(PLAIN_TEXT));
}

#[test]
fn a_link_cannot_end_early_or_lead_elsewhere() {
    assert_eq!(link_target("https://a.example/x_(1) y").as_deref(), Some("https://a.example/x_%281%29%20y"));
    assert_eq!(link_target("https://user:pw@a.example/").as_deref(), Some("https://a.example/"));
    assert_eq!(link_target("javascript:alert(1)"), None);
    assert_eq!(link_target("/relative"), None);
}

proptest! {
    #[test]
    fn a_fitted_message_is_within_its_limit(
        title in ".{0,200}", fact in ".{0,2000}", content in ".{0,2000}", limit in 600_usize..3000,
    ) {
        prop_assert!(rendered(&message(&title, &fact, &content), limit).len() <= limit);
    }

    #[test]
    fn fitting_always_ends(title in ".{0,300}", content in ".{0,300}", limit in 0_usize..50) {
        let text = rendered(&message(&title, "x", &content), limit);
        prop_assert!(text.len() <= limit.max(200));
    }
}
