use fanfare_testkit::check_language;

use super::*;

fn lines(number: usize) -> OtherAlerts {
    let line = |at| Fact { name: "HIGH", text: format!("alert {at:04}"), link: None };
    OtherAlerts::new((0..number).map(line).collect(), Language::En)
}

fn shown(others: &OtherAlerts) -> (usize, Option<String>) {
    (others.lines().len(), others.more_note())
}

#[test]
fn while_all_are_shown_there_is_no_note() {
    let mut others = lines(3);
    others.show_at_most(3);
    others.show_within(30, 10);
    assert_eq!(shown(&others), (3, None));
}

#[test]
fn what_is_left_out_is_counted_however_it_was() {
    let mut others = lines(200);
    others.show_at_most(150);
    assert_eq!(shown(&others), (150, Some("… and 50 more alerts".to_owned())));
    others.show_within(1_005, 64);
    assert_eq!(shown(&others), (100, Some("… and 100 more alerts".to_owned())));
    assert!(others.leave_out(11));
    assert_eq!(shown(&others), (98, Some("… and 102 more alerts".to_owned())));
    assert!(others.leave_out(0));
    assert_eq!(others.lines().len(), 97);
}

#[test]
fn a_long_line_counts_as_what_will_be_left_of_it() {
    let mut others = lines(10);
    others.show_within(20, 4);
    assert_eq!(shown(&others).0, 5);
}

#[test]
fn nothing_can_be_left_out_of_nothing() {
    assert!(!lines(0).leave_out(100));
    let mut one = lines(1);
    assert!(one.leave_out(100) && !one.leave_out(100));
    assert_eq!(one.more_note().as_deref(), Some("… and 1 more alert"));
}

#[test]
fn the_note_is_in_the_language_of_the_message() {
    for language in [Language::En, Language::Zh] {
        let mut others = OtherAlerts { language, ..lines(9) };
        others.show_at_most(2);
        check_language(language, &others.more_note());
    }
}
