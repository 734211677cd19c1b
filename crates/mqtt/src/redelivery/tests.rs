use rumqttc::QoS;

use super::*;

fn message(pkid: u16, payload: &str, dup: bool) -> Publish {
    let message = Publish::new("t", QoS::AtLeastOnce, payload.to_owned(), None);
    Publish { pkid, dup, ..message }
}

#[test]
fn what_comes_again_is_known_by_its_mark_its_number_and_its_text() {
    let mut taken = TakenMessages::default();
    taken.insert(&message(7, "door open", false));
    assert!(taken.contains(&message(7, "door open", true)));
    assert!(!taken.contains(&message(7, "door open", false)), "the broker sends it for the first time");
    assert!(!taken.contains(&message(8, "door open", true)), "somebody published the same twice");
    assert!(!taken.contains(&message(7, "door shut", true)), "the number was used again");
}

#[test]
fn what_was_taken_long_ago_is_forgotten() {
    let mut taken = TakenMessages::default();
    (1..=5000).for_each(|pkid| taken.insert(&message(pkid, "x", false)));
    let known = (1..=5000).filter(|pkid| taken.contains(&message(*pkid, "x", true))).count();
    assert_eq!(known, 1024);
    assert!(taken.contains(&message(5000, "x", true)));
}
