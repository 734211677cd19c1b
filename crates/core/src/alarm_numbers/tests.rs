use super::*;

#[track_caller]
fn check(numbers: &[i64], expected: &str) {
    let all: Vec<AlertId> = numbers.iter().copied().map(AlertId).collect();
    assert_eq!(AlarmNumbers::new(&all).to_string(), expected);
}

#[test]
fn a_few_numbers_stand_in_full_and_of_many_the_first() {
    check(&[], "");
    check(&[12, 15], "12, 15");
    check(&[1, 2, 3], "1, 2, 3");
    check(&[1, 2, 3, 4, 5], "1, 2, 3, …");
}
