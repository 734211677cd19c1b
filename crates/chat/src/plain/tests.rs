use super::*;
use crate::fixtures::{invitation, message};

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
fn a_plain_message_is_short() {
    assert_eq!(plain(&message("", "", &"x".repeat(5000))).content.map(|it| it.len()), Some(PLAIN_TEXT));
}
