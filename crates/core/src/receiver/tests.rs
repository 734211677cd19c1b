use super::*;

#[track_caller]
fn check(delivered: u32, pending: u32, dead: u32, expected: Fulfilment) {
    let tally = Tally { delivered, pending, dead };
    assert_eq!(Contract { succeed: Succeed::All }.fulfilment(tally), expected, "{tally:?}");
}

#[test]
fn all_means_every_channel() {
    check(2, 0, 0, Fulfilment::Kept);
    check(1, 1, 0, Fulfilment::Open);
    check(0, 2, 0, Fulfilment::Open);
}

#[test]
fn one_that_is_given_up_breaks_it_whatever_the_others_do() {
    check(1, 0, 1, Fulfilment::Broken);
    check(0, 1, 1, Fulfilment::Broken);
}
