use std::sync::Arc;

use fanfare_chat::MentionAll;
use fanfare_core::{Severity, Why};
use fanfare_testkit::notification;

use super::*;

fn mentions(user_ids: &[&str], ids_of_mobiles: &[(&str, &str)]) -> Mentions {
    Mentions::new(MentionConfig {
        user_ids: user_ids.iter().map(|it| (*it).to_owned()).collect(),
        all: MentionAll::Asked,
        ids_of_mobiles: Some(
            ids_of_mobiles.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        ),
    })
}

/// An alert that asks for these people.
fn asking(mobiles: &[&str], user_ids: &[&str]) -> Notification {
    let mut told = notification(Severity::High, Why::Started);
    let mention = &mut Arc::make_mut(&mut told.alert).mention;
    mention.mobiles = mobiles.iter().map(|it| (*it).to_owned()).collect();
    mention.user_ids = user_ids.iter().map(|it| (*it).to_owned()).collect();
    told
}

#[test]
fn people_are_called_by_their_id() {
    let called = mentions(&["ou_1"], &[]).for_notification(&asking(&[], &["7fa2"]));
    assert_eq!(called.in_card(), "<at id=ou_1></at> <at id=7fa2></at>");
    assert_eq!(called.in_text(), r#"<at user_id="ou_1"></at> <at user_id="7fa2"></at>"#);
}

#[test]
fn a_mobile_number_calls_the_person_whom_the_settings_name_for_it() {
    let mentions = mentions(&[], &[("13800000000", "ou_1")]);
    assert_eq!(mentions.for_notification(&asking(&["13800000000"], &[])).in_card(), "<at id=ou_1></at>");
}

#[test]
fn who_cannot_be_called_is_named_in_the_text() {
    let called =
        mentions(&[], &[("13800000000", "ou_1")]).for_notification(&asking(&["13900000000"], &["a/b"]));
    assert!(called.ids().is_empty());
    assert_eq!(called.in_card(), "@13900000000 @a/b");
}

#[test]
fn everybody_is_called_by_the_word_for_it() {
    let called = mentions(&[], &[]).for_notification(&asking(&[], &["@all"]));
    assert_eq!(called.in_text(), r#"<at user_id="all"></at>"#);
}

#[test]
fn nobody_is_called_twice() {
    let called = mentions(&["ou_1"], &[("13800000000", "ou_1")])
        .for_notification(&asking(&["13800000000"], &["ou_1"]));
    assert_eq!(called.in_card(), "<at id=ou_1></at>");
}

#[test]
fn nobody_is_called_twice_by_two_names_that_stand_apart() {
    let called = mentions(&["ou_2"], &[("13800000000", "ou_1")])
        .for_notification(&asking(&["13800000000"], &["7fa2", "ou_1", "ou_2"]));
    assert_eq!(called.ids(), ["ou_1", "ou_2", "7fa2"]);
}

#[test]
fn a_mobile_number_is_the_same_however_it_is_written() {
    let mentions = mentions(&[], &[("138 0000 0000", "ou_1"), ("+1-1234567890", "ou_2")]);
    for written in ["13800000000", "+86 138-0000-0000", "008613800000000", "+8613800000000"] {
        assert_eq!(mentions.for_notification(&asking(&[written], &[])).ids(), ["ou_1"], "{written}");
    }
    assert_eq!(mentions.for_notification(&asking(&["+11234567890"], &[])).ids(), ["ou_2"]);
    assert!(mentions.for_notification(&asking(&["11234567890"], &[])).ids().is_empty());
}

#[test]
fn an_alert_cannot_call_everybody_under_the_name_of_one() {
    let mentions = Mentions::new(MentionConfig { all: MentionAll::Never, ..MentionConfig::default() });
    let called = mentions.for_notification(&asking(&[], &["all", "@all"]));
    assert!(called.ids().is_empty(), "{called:?}");
    assert_eq!(called.in_card(), "@all");
}
