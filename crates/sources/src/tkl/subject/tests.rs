use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(without_numbers(text), expected);
}

#[test]
fn a_number_goes_with_its_sign_and_point_and_leaves_its_unit() {
    check("Current -9.4 °C, limit −18 °C", "Current  °C, limit  °C");
    check("flow 1,234.5m3/h.", "flow m/h.");
    check("温度 41.2°C，超过35", "温度 °C，超过");
}

#[test]
fn text_without_numbers_stays_as_it_is() {
    check("door-open, e.g. north", "door-open, e.g. north");
}

proptest! {
    #[test]
    fn two_readings_of_one_text_are_the_same(a in -1.0e4..1.0e4_f64, b in -1.0e4..1.0e4_f64) {
        prop_assert_eq!(without_numbers(&format!("T {a} °C, ok")), without_numbers(&format!("T {b:.1} °C, ok")));
    }
}
