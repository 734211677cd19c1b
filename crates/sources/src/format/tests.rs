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

#[test]
fn every_table_of_a_format_is_made_before_the_first_body_arrives() {
    for source in [include_str!("../tkl/names.rs"), include_str!("../tkl/numbers.rs")] {
        let (_, warm_up) = source.split_once("fn warm_up()").unwrap();
        let (warm_up, _) = warm_up.split_once("\n}").unwrap();
        let names = source.lines().filter_map(|line| line.strip_prefix("static ")?.split_once(": LazyLock<"));
        for (name, _) in names {
            assert!(warm_up.contains(&format!("&{name}")), "{name} is not made at the start");
        }
    }
}
