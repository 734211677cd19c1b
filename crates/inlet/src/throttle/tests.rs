use super::*;

#[test]
fn the_first_is_said_at_once_and_then_one_in_a_while_with_the_number_of_the_others() {
    let throttle = Throttle::new(Duration::from_secs(10));
    let start = Instant::now();
    let pass = |kind, seconds| throttle.pass(kind, start + Duration::from_secs(seconds));
    assert_eq!(pass("a", 0), Some(0));
    assert_eq!(pass("a", 0), None);
    assert_eq!(pass("a", 9), None);
    assert_eq!(pass("b", 9), Some(0), "another kind waits for none");
    assert_eq!(pass("a", 10), Some(2));
    assert_eq!(pass("a", 11), None);
    assert_eq!(pass("a", 20), Some(1));
    assert_eq!(pass("a", 30), Some(0));
}
