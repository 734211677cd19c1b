use super::*;

#[test]
fn the_sample_in_english_is_the_example_and_in_chinese_no_english_is_left() {
    assert_eq!(sample_body(Language::En), SAMPLE);
    let chinese = sample_body(Language::Zh);
    assert!(chinese.contains("3 号冷库") && chinese.contains("限值 -18 °C"), "{chinese}");
    assert!(!chinese.contains("Cold room") && !chinese.contains("limit"), "{chinese}");
}

#[test]
fn every_message_of_the_demo_is_in_its_language() {
    for (language, other) in [(Language::En, "language: zh"), (Language::Zh, "language: en")] {
        assert!(!policy(language).contains(other), "{other}");
    }
}
