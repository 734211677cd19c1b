use super::*;

#[test]
fn a_whole_address_in_the_place_of_its_part_is_refused_and_not_quoted() {
    for text in
        ["", "https://chat.example.com/hook/hunter2", "access_token=hunter2", "hunter2&x", "hun ter2", "a?b"]
    {
        let err = check_address_part("token", &Secret::new(text), "must be only the part").unwrap_err();
        assert_eq!(err, BuildError::new("token", "must be only the part"));
    }
    check_address_part("token", &Secret::new("0f8c4a2b-4a1c"), "must be only the part").unwrap();
}

#[test]
fn a_keyword_is_left_out_or_says_something() {
    assert_eq!(check_keyword(Some(" ")).unwrap_err().field, "keyword");
    check_keyword(Some("告警")).unwrap();
    check_keyword(None).unwrap();
}
