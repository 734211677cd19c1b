use super::*;

#[track_caller]
fn check(words: &[&str], expected: Severity) {
    for word in words {
        assert_eq!(word.parse(), Ok(expected), "{word}");
    }
}

#[test]
fn thinklinks_words_are_understood_in_any_case() {
    check(&["low", "LOW"], Severity::Low);
    check(&["mid", "Mid"], Severity::Mid);
    check(&["high", "HIGH"], Severity::High);
    check(&["urgent", " Urgent "], Severity::Urgent);
}

#[test]
fn the_typo_in_thinklinks_page_is_understood() {
    check(&["hight"], Severity::High);
}

#[test]
fn the_words_of_other_systems_are_understood() {
    check(&["info"], Severity::Low);
    check(&["warning"], Severity::Mid);
    check(&["error"], Severity::High);
    check(&["critical", "fatal", "紧急"], Severity::Urgent);
}

#[test]
fn the_words_of_zabbix_syslog_and_incident_management_are_understood() {
    check(&["Not classified", "Information", "notice", "debug", "P5", "S4", "Sev4"], Severity::Low);
    check(&["Warning", "Average", "P3", "s3", "sev-3"], Severity::Mid);
    check(&["High", "err", "Major", "P2", "S2", "SEV 2"], Severity::High);
    check(&["Disaster", "emerg", "alert", "crit", "P1", "S1", "Sev1", "Very High"], Severity::Urgent);
}

#[test]
fn the_chinese_words_are_understood() {
    check(&["提示", "通知", "轻微", "低"], Severity::Low);
    check(&["一般", "次要", "普通", "警告", "告警", " 中 "], Severity::Mid);
    check(&["严重", "重要", "重大", "高"], Severity::High);
    check(&["紧急", "特急", "致命", "灾难", "危急"], Severity::Urgent);
}

#[test]
fn a_bare_number_is_no_severity() {
    for text in ["0", "1", "5", "", " ", "level 1"] {
        assert_eq!(text.parse::<Severity>(), Err(InvalidSeverity(text.to_owned())));
    }
}

#[test]
fn no_word_has_two_severities() {
    let mut words: Vec<&str> = ALIASES.iter().flat_map(|(_, words)| words.split_ascii_whitespace()).collect();
    let count = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), count);
}

#[test]
fn an_unknown_word_is_refused_with_the_known_ones() {
    let err = "spicy".parse::<Severity>().unwrap_err();
    assert!(err.to_string().starts_with("`spicy` is not a severity: expected low, mid, high or urgent"));
}

#[test]
fn they_are_ordered_from_mild_to_bad() {
    assert!(Severity::ALL.is_sorted());
    assert!(Severity::Low < Severity::Urgent);
}

#[test]
fn classes_colours_and_constants_are_understood() {
    check(
        &["一级", "红色", "紧急告警", "LEVEL_CRITICAL", "1 - Critical", "SEVERITY_CRITICAL"],
        Severity::Urgent,
    );
    check(&["二级", "橙色", "2 - Major"], Severity::High);
    check(&["三级", "黄色", "3. Warning"], Severity::Mid);
    check(&["四级", "蓝色", "4-Info"], Severity::Low);
}
