use fanfare_testkit::check_language;

use super::*;

#[test]
fn the_end_says_in_each_language_that_nobody_said_it() {
    let texts = expired_alarm_texts(Duration::from_millis(299_600));
    let english = texts.get("description").unwrap();
    assert_eq!(
        english,
        "Taken for over: it was not reported again for 5m, and nobody said that it has ended."
    );
    check_language(Language::En, &english);
    check_language(Language::Zh, &texts.get("description_zh").unwrap());
}
