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
fn a_word_of_another_script_right_behind_an_address_does_not_belong_to_it() {
    check("https://a.example/x查看详情", &["https://a.example/x"]);
    check("请打开http://a.example:8080确认", &["http://a.example:8080"]);
    check(
        "https://a.example/ack?token=b1查看https://b.example/2，谢谢",
        &["https://a.example/ack?token=b1", "https://b.example/2"],
    );
    check("https://a.example/?q=温度&n=2号", &["https://a.example/?q=温度&n=2"]);
    check("https://例子.中国/设备/冷库", &["https://例子.中国/设备/冷库"]);
    check("https://a.example/xдалее", &["https://a.example/x"]);
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
    assert_eq!(space_after_addresses("https://a.example/x查看"), "https://a.example/x 查看");
    for unchanged in ["https://a.example/x, and", "https://a.example/页面", "温度。", "https://a.example"]
    {
        assert_eq!(space_after_addresses(unchanged), unchanged);
    }
}
