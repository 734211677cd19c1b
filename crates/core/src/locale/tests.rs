use super::*;

#[test]
fn a_language_is_read_from_its_word_and_another_is_refused() {
    assert_eq!("zh".parse(), Ok(Language::Zh));
    assert_eq!("en".parse(), Ok(Language::En));
    let err = "de".parse::<Language>().unwrap_err();
    assert_eq!(err.to_string(), "`de` is not a language of our messages: expected en or zh");
}
