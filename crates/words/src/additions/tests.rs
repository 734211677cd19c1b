use fanfare_testkit::check_language;

use super::*;

#[track_caller]
fn check_clock(ahead: SignedDuration, english: &str, chinese: &str) {
    assert_eq!(clock_note(Language::En, ahead), english);
    assert_eq!(clock_note(Language::Zh, ahead), chinese);
}

#[test]
fn a_signature_with_another_time_says_by_how_much_the_clock_is_off() {
    check_clock(
        SignedDuration::from_secs(7_380),
        "signed with the provider's time: this machine's clock is 2 h 3 min behind",
        "已按服务器时间签名，本机时钟慢 2 小时 3 分",
    );
    check_clock(
        SignedDuration::from_secs(-119),
        "signed with the provider's time: this machine's clock is 2 min ahead",
        "已按服务器时间签名，本机时钟快 2 分",
    );
    check_clock(
        SignedDuration::from_hours(49),
        "signed with the provider's time: this machine's clock is 2 d 1 h behind",
        "已按服务器时间签名，本机时钟慢 2 天 1 小时",
    );
}

#[test]
fn a_message_that_was_not_cut_does_not_say_so() {
    assert_eq!(cut_note(Language::En, 0), None);
    assert_eq!(cut_note(Language::En, 7).as_deref(), Some("… cut, 7 more bytes"));
}

#[test]
fn each_addition_is_in_one_language() {
    for language in [Language::En, Language::Zh] {
        let texts = [
            cut_note(language, 7).unwrap(),
            link_text(language).to_owned(),
            clock_note(language, SignedDuration::from_hours(49)),
            clock_note(language, SignedDuration::from_mins(-2)),
        ];
        check_language(language, &texts);
    }
}
