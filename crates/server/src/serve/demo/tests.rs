use serde_json::{Value, json};

use super::*;

#[test]
fn the_sample_in_english_is_the_example_with_a_name_and_in_chinese_no_english_is_left() {
    let [mut english, chinese] = [Language::En, Language::Zh]
        .map(|language| serde_json::from_str::<Value>(&sample_body(language)).unwrap());
    let name = english.as_object_mut().unwrap().remove("alarm_name");
    assert_eq!(name, Some(json!("Temperature too high")));
    assert_eq!(english, serde_json::from_str::<Value>(SAMPLE).unwrap());
    assert_eq!(
        (&chinese["alarm_name"], &chinese["device"]["name"]),
        (&json!("温度过高"), &json!("3 号冷库"))
    );
    assert_eq!(chinese["desc"], json!("当前 -9.4 °C，限值 -18 °C"));
    assert_eq!(chinese["device"]["eui"], english["device"]["eui"]);
}

#[test]
fn every_message_of_the_demo_is_in_its_language() {
    for (language, other) in [(Language::En, "language: zh"), (Language::Zh, "language: en")] {
        assert!(!policy(language).contains(other), "{other}");
    }
}
