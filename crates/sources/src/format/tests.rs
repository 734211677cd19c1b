use super::*;

#[test]
fn a_format_is_found_by_its_word() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
}

#[test]
fn an_unknown_format_is_refused_with_the_known_ones() {
    let err = "tlk".parse::<Format>().unwrap_err();
    assert_eq!(err.to_string(), "`tlk` is not a format: expected one of tkl");
}
