use fanfare_core::Locale;
use fanfare_words::Renderer;
use proptest::prelude::*;

use super::*;
use crate::fixtures::{invitation, message};

fn rendered(message: &Message, limit: usize) -> String {
    let render = |message: &Message, missing| {
        let note = Renderer::new(Locale::default()).cut_note(missing);
        format!("{message}{}", note.unwrap_or_default())
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
fn an_invitation_is_the_last_fact_to_go() {
    let text = rendered(&invitation(), 105);
    assert!(text.contains("ack/t0ken") && !text.contains("Cold room 3"), "{text}");
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
