use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, CheckWords::in_language(language));
    }
}

#[test]
fn limits_drills_and_counts_read_well_in_both_languages() {
    let day = Duration::from_secs(24 * 60 * 60);
    let of = |language| {
        let words = CheckWords::in_language(language);
        let budget = Budget { messages: 20.try_into().unwrap(), per: Duration::from_secs(60) };
        let budgets = words.budgets(&[Budget { messages: 5.try_into().unwrap(), ..budget }, budget]);
        let quotas = [QuotaPeriod::Day, QuotaPeriod::Month].map(|per| words.quota(500, per));
        (budgets, quotas, words.drill(7 * day, "09:00"))
    };
    let (budgets, quotas, drill) = of(Language::En);
    assert_eq!(budgets, "5 in 1m, 20 in 1m");
    assert_eq!(
        (quotas, drill.as_str()),
        (["500 a day", "500 a month"].map(str::to_owned), "every 7d at 09:00")
    );
    let (budgets, quotas, drill) = of(Language::Zh);
    assert_eq!(budgets, "每 1m 5 条，每 1m 20 条");
    assert_eq!(
        (quotas, drill.as_str()),
        (["每天 500 条", "每月 500 条"].map(str::to_owned), "每 7 天 09:00")
    );
}

#[test]
fn what_there_is_none_of_is_not_counted() {
    let counts = |language, errors, warnings| CheckWords::in_language(language).counts(errors, warnings);
    assert_eq!(counts(Language::En, 6, 1).as_deref(), Some("6 errors, 1 warning"));
    assert_eq!(counts(Language::Zh, 6, 1).as_deref(), Some("6 个错误，1 个警告"));
    assert_eq!(counts(Language::En, 0, 2).as_deref(), Some("2 warnings"));
    assert_eq!(counts(Language::Zh, 0, 0), None);
}
