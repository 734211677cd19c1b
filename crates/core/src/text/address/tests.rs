use super::*;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<&str> = addresses(text).map(|it| &text[it]).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn an_address_ends_where_the_sentence_goes_on() {
    check("see https://a.example/x_y?b=1&c=~d%20e#f.", &["https://a.example/x_y?b=1&c=~d%20e#f"]);
    check("(http://a.example/x), HTTPS://b.example!", &["http://a.example/x", "HTTPS://b.example"]);
    check("https://en.example/wiki/Pump_(device)", &["https://en.example/wiki/Pump_(device)"]);
    check("[http://[::1]:8080/a] **https://a.example/**", &["http://[::1]:8080/a", "https://a.example/"]);
    check("<https://a.example/x>\"https://b.example\"", &["https://a.example/x", "https://b.example"]);
}

#[test]
fn chinese_signs_end_an_address_and_letters_do_not() {
    check(
        "见https://a.example/x。再见（https://b.example/页面/3）",
        &["https://a.example/x", "https://b.example/页面/3"],
    );
    check("https://a.example/x…", &["https://a.example/x"]);
}

#[test]
fn a_scheme_without_a_host_is_no_address() {
    check("http:// https://. ftp://a.example ://b", &[]);
    check("https:// then http://a.example", &["http://a.example"]);
}

#[test]
fn a_blank_keeps_what_follows_an_address_out_of_it() {
    assert_eq!(
        space_after_addresses("见 https://a.example/x。（http://b.example）完"),
        "见 https://a.example/x 。（http://b.example ）完"
    );
    for unchanged in ["https://a.example/x, and", "https://a.example/页面", "温度。", "https://a.example"]
    {
        assert_eq!(space_after_addresses(unchanged), unchanged);
    }
}
