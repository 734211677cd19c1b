use fanfare_testkit::digest;

use super::*;

#[test]
fn the_form_with_less_room_decides() {
    let room = |digest: &Digest, form: MessageForm| match form {
        MessageForm::Full => digest.notifications().len() <= 7,
        MessageForm::Plain => digest.notifications().len() <= 5,
    };
    assert_eq!(capacity(&digest(20), room), 5);
    assert_eq!(capacity(&digest(3), room), 3);
    assert_eq!(capacity(&digest(3), |_, _| false), 1, "one that fits nowhere is cut");
}
