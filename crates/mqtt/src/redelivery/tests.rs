use rumqttc::QoS;

use super::*;

fn message(pkid: u16, payload: &str) -> Publish {
    let message = Publish::new("t", QoS::AtLeastOnce, payload.to_owned(), None);
    Publish { pkid, ..message }
}

/// The same, sent once more.
fn again(pkid: u16, payload: &str) -> Publish {
    Publish { dup: true, ..message(pkid, payload) }
}

#[test]
fn what_comes_again_is_known_by_its_mark_its_number_and_its_text() {
    let mut taken = TakenMessages::default();
    taken.insert(&message(7, "door open"));
    assert!(taken.contains(&again(7, "door open")));
    assert!(!taken.contains(&message(7, "door open")), "the broker sends it for the first time");
    assert!(!taken.contains(&again(8, "door open")), "somebody published the same twice");
    assert!(!taken.contains(&again(7, "door shut")), "the number was used again");
}

#[test]
fn what_was_taken_long_ago_is_forgotten() {
    let mut taken = TakenMessages::default();
    (1..=5000).for_each(|pkid| taken.insert(&message(pkid, "x")));
    let known = (1..=5000).filter(|pkid| taken.contains(&again(*pkid, "x"))).count();
    assert_eq!(known, 1024);
    assert!(taken.contains(&again(5000, "x")));
}
