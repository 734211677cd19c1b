use super::*;

#[test]
fn a_whole_address_in_the_place_of_its_part_is_refused_and_not_quoted() {
    for text in [
        "",
        "https://chat.example.com/hook/hunter2",
        "access_token=hunter2",
        "hunter2&x",
        "hun ter2",
        "a?b",
        "\"hunter2\"",
        "'hunter2'",
        "“hunter2”",
        "<hunter2>",
        "hunter2。",
    ] {
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

#[test]
fn a_secret_of_another_form_than_the_providers_is_a_doubt() {
    let hex = "0123456789abcdef".repeat(4);
    let good = |form, text: &str| check_form("secret", &Secret::new(text), form, None).is_none();
    assert!(good(SecretForm::Hex("", 64), &hex) && good(SecretForm::Hex("SEC", 64), &format!("SEC{hex}")));
    assert!(!good(SecretForm::Hex("", 64), &hex[1..]) && !good(SecretForm::Hex("SEC", 64), &hex));
    assert!(
        good(SecretForm::Uuid, "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"),
        "the example of WeCom's documents"
    );
    assert!(!good(SecretForm::Uuid, "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aa"));
    assert!(good(SecretForm::Letters(22), "Abcdefghijklmnop_-0123") && !good(SecretForm::Letters(22), "Abc"));
    let at = |endpoint| check_form("secret", &Secret::new("hunter2"), SecretForm::Uuid, endpoint);
    assert_eq!(at(Some("https://wecom.example.com")), None, "a private one may issue others");
    let message = at(None).unwrap().message;
    assert!(message.contains("found 7 characters") && !message.contains("hunter2"), "{message}");
    assert_eq!(check_form("secret", &Secret::new(&Secret::stand_in("x")), SecretForm::Uuid, None), None);
}
