use fanfare_testkit::check_language;

use super::*;

/// A check for each reason there is.
fn checks() -> Vec<RouteCheck> {
    let matcher = || "severity >= high".to_owned();
    let reasons = [
        RouteReason::Everything,
        RouteReason::Matched { matchers: vec![matcher()] },
        RouteReason::NoLabel { matcher: matcher(), label: "severity".to_owned() },
        RouteReason::OtherText { matcher: matcher(), text: "low".to_owned() },
        RouteReason::NotTried { taken: "route.routes[0]".to_owned() },
    ];
    let check = |because: RouteReason| RouteCheck {
        route: "route.routes[1]".to_owned(),
        receiver: "team".to_owned(),
        matched: false,
        why: because.to_string(),
        because: Some(because),
    };
    reasons.into_iter().map(check).collect()
}

#[test]
fn no_reason_for_a_route_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        let words = RouteWords::in_language(language);
        check_language(language, words);
        let shown: Vec<String> = checks().iter().map(|it| words.check(it)).collect();
        check_language(language, &shown);
    }
}

#[test]
fn a_route_stands_under_the_one_above_it_with_its_reason() {
    let [_, _, missing, ..] = &checks()[..] else { panic!("there are five reasons") };
    let english = RouteWords::in_language(Language::En).check(missing);
    assert_eq!(english, "  ✗ route.routes[1] → team: not severity >= high: the alert has no `severity`");
    let chinese = RouteWords::in_language(Language::Zh).check(missing);
    assert_eq!(chinese, "  ✗ route.routes[1] → team：不匹配 severity >= high，告警没有 `severity`");
}

#[test]
fn a_reason_of_an_earlier_version_stands_as_it_was_written() {
    let old = RouteCheck { because: None, why: "matches everything".to_owned(), ..checks().remove(0) };
    assert!(RouteWords::in_language(Language::Zh).check(&old).ends_with("：matches everything"));
}
