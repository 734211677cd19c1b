use super::*;

/// The fields that are read out of a Markdown text.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let markdown = Object::from([("text".to_owned(), Json::Text(text.to_owned()))]);
    let body = Object::from([
        ("msgtype".to_owned(), Json::Text("markdown".to_owned())),
        ("markdown".to_owned(), Json::Object(markdown)),
    ]);
    let read = with_facts(body.clone());
    let added: Vec<(&str, &str)> = read
        .iter()
        .filter(|(name, _)| !body.contains_key(*name))
        .map(|(name, value)| (name.as_str(), value.text().unwrap()))
        .collect();
    assert_eq!(added, expected, "{text}");
    assert_eq!(read.get("markdown"), body.get("markdown"), "the text stays");
}

#[test]
fn facts_are_read_out_of_the_lines_of_a_text() {
    // As ThinkLink's note on DingTalk has it.
    check(
        "### Device Alert - Cold room 3\n\n- **EUI**: `6353012af1093062`\n- **Level**: **URGENT**\n- **Description**: -9.4\n- **Time**: 2026-03-08T08:40:38.000Z",
        &[("EUI", "6353012af1093062"), ("Level", "URGENT")],
    );
    check(
        "#### 告警\n> 设备名称：3号泵房\n> 级别：<font color=\"warning\">紧急</font>\n> 状态: 已恢复\n",
        &[("状态", "已恢复"), ("级别", "紧急"), ("设备名称", "3号泵房")],
    );
    check("1. devEui: AA-01\n2. severity = high", &[("devEui", "AA-01")]);
}

#[test]
fn a_fact_counts_once_and_the_bodys_own_fields_before_it() {
    check("level: high\nLevel: low", &[("level", "high")]);
    let body = Object::from([
        ("msgtype".to_owned(), Json::Text("text".to_owned())),
        ("level".to_owned(), Json::Text("mid".to_owned())),
        (
            "text".to_owned(),
            Json::Object(Object::from([("content".to_owned(), Json::Text("级别：紧急".to_owned()))])),
        ),
    ]);
    assert_eq!(with_facts(body.clone()), body);
}

#[test]
fn a_sentence_with_a_colon_is_no_fact() {
    check("Please note the following state of the whole building: open", &[]);
    check("Time: now\nhttp://example.com: 8080\nlevel:\n:high\n", &[]);
}

#[test]
fn a_body_that_is_no_message_is_left_alone() {
    let text = Object::from([("content".to_owned(), Json::Text("level: high".to_owned()))]);
    let body = Object::from([("text".to_owned(), Json::Object(text))]);
    assert_eq!(with_facts(body.clone()), body);
}
