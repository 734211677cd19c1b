use super::*;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, U64Deserializer};

fn read(json: &str) -> Result<Secret, serde_json::Error> {
    serde_json::from_str(json)
}

#[test]
fn it_does_not_show_itself() {
    let secret = Secret::new("SEC-8675309");
    assert_eq!(format!("{secret:?}"), "Secret(..)");
    assert_eq!(format!("{:#?}", Some(secret)), "Some(\n    Secret(..),\n)");
}

#[test]
fn white_space_that_came_with_the_paste_is_cut_off() {
    assert_eq!(read(r#"" SEC-8675309\n""#).unwrap().expose(), "SEC-8675309");
}

#[test]
fn an_error_about_it_does_not_quote_it() {
    for json in ["8675309", "-8675309", "8675309.5", "true", r#"["8675309"]"#, r#"{"text": "8675309"}"#] {
        let err = read(json).unwrap_err().to_string();
        assert!(err.starts_with("a secret must be a text; put quotes around it"), "{err}");
    }
}

#[test]
fn nor_does_it_when_the_reader_looks_through_newtypes() {
    let number: U64Deserializer<ValueError> = 8_675_309_u64.into_deserializer();
    let err = Secret::deserialize(number).unwrap_err();
    assert_eq!(err.to_string(), "a secret must be a text; put quotes around it");
}

#[test]
fn a_stand_in_is_told_from_a_real_secret_and_is_the_same_for_the_same_name() {
    let stand_in = Secret::stand_in("DINGTALK_SECRET");
    assert!(Secret::new(&stand_in).is_stand_in());
    assert!(stand_in.starts_with("SEC"), "as DingTalk's do: {stand_in}");
    assert_eq!(stand_in, Secret::stand_in("DINGTALK_SECRET"));
    assert_ne!(stand_in, Secret::stand_in("WECOM_KEY"));
    for real in ["", "SEC-8675309", "hunter2"] {
        assert!(!Secret::new(real).is_stand_in(), "{real}");
    }
}
