use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::{AlarmNaming, fixtures};

use self::Read::{Hit, Miss, Refused};

/// The result of a matcher's text and an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Hit,
    Miss,
    Refused,
}

/// A text, the alert's labels, and what becomes of them.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], Read);

#[track_caller]
fn check(rows: &[Row<'_>]) {
    for &(text, labels, expected) in rows {
        let alert = fixtures::alert(labels);
        let read = match Matcher::parse_all(text) {
            Ok(matchers) if matchers.iter().all(|it| it.matches(&alert)) => Hit,
            Ok(_) => Miss,
            Err(_) => Refused,
        };
        assert_eq!(read, expected, "{text} {labels:?}");
    }
}

#[track_caller]
fn check_refusals<T: fmt::Debug>(read: &[Result<T, InvalidMatcher>], expected: Expect) {
    let lines: Vec<String> = read.iter().map(|it| it.as_ref().unwrap_err().to_string()).collect();
    expected.assert_eq(&lines.join("\n"));
}

/// Read from `amtool config routes test`, amtool 0.33.1, and the same in 0.25.0.
#[test]
fn the_classic_form_is_read_as_by_alertmanager() {
    check(&[
        ("a=b", &[("a", "b")], Hit),
        ("a=b", &[("a", "c")], Miss),
        ("a=b", &[], Miss),
        (r#"a="b""#, &[("a", "b")], Hit),
        (r#"a = "b""#, &[("a", "b")], Hit),
        ("  a  =  b  ", &[("a", "b")], Hit),
        ("a!=b", &[("a", "b")], Miss),
        ("a!=b", &[], Hit),
        (r#"a!="b""#, &[("a", "c")], Hit),
        ("a=", &[], Hit),
        ("a=", &[("a", "b")], Miss),
        (r#"a="""#, &[], Hit),
        (r#"a="""#, &[("a", "b")], Miss),
        (r#"a!="""#, &[("a", "b")], Hit),
        (r#"a!="""#, &[], Miss),
        ("a:b=c", &[("a:b", "c")], Hit),
        ("_a=c", &[("_a", "c")], Hit),
        ("device = Cold room 3", &[("device", "Cold room 3")], Hit),
        (r#"device = "Cold room 3""#, &[("device", "Cold room 3")], Hit),
        ("a=b c=d", &[("a", "b c=d")], Hit),
        ("a=x y\nz", &[("a", "x y\nz")], Hit),
        ("a", &[("a", "b")], Refused),
        ("=b", &[("a", "b")], Refused),
        ("a b", &[("a", "b")], Refused),
        ("a~b", &[("a", "b")], Refused),
        ("a!b", &[("a", "b")], Refused),
        ("a b=c", &[("a b", "c")], Refused),
        (r#"a=="b""#, &[("a", "b")], Refused),
    ]);
}

/// Read from amtool 0.33.1, and the same in 0.25.0.
#[test]
fn patterns_are_anchored_and_read_as_by_alertmanager() {
    check(&[
        ("a=~b", &[("a", "b")], Hit),
        (r#"a=~"b|c""#, &[("a", "c")], Hit),
        (r#"a=~"b|c""#, &[("a", "bc")], Miss),
        (r#"a=~"b""#, &[("a", "bb")], Miss),
        (r#"a=~"b.*""#, &[("a", "bb")], Hit),
        (r#"a=~".*""#, &[], Hit),
        (r#"a=~".+""#, &[], Miss),
        (r#"a=~".""#, &[("a", "温")], Hit),
        (r#"a=~"(?i)B""#, &[("a", "b")], Hit),
        (r#"a=~"\w+""#, &[("a", "Az_09")], Hit),
        (r#"a=~"\w+""#, &[("a", "温")], Miss),
        (r#"a=~"\W+""#, &[("a", "温")], Hit),
        (r#"a=~"\d""#, &[("a", "٣")], Miss),
        (r#"a=~"[^\D]\S""#, &[("a", "3度")], Hit),
        (r#"a=~"\s""#, &[("a", "\u{2003}")], Miss),
        (r#"a=~"[\s\d]+""#, &[("a", "1 2")], Hit),
        (r#"a=~"\\\\w""#, &[("a", r"\w")], Hit),
        (r#"a=~"b{2}""#, &[("a", "bb")], Hit),
        ("a=~b{2}c", &[("a", "bbc")], Hit),
        (r#"device =~ "Cold room.*""#, &[("device", "Cold room 3")], Hit),
        (r#"a!~"b""#, &[("a", "bb")], Hit),
        (r#"a!~"b""#, &[("a", "b")], Miss),
        (r#"a!~"b.*""#, &[], Hit),
        (r#"a=~"b(""#, &[("a", "b")], Refused),
        (r#"a=~"[""#, &[("a", "b")], Refused),
        (r#"a=~"*""#, &[("a", "b")], Refused),
    ]);
}

/// Read from amtool 0.33.1, and the same in 0.25.0.
#[test]
fn quotes_and_escapes_are_read_as_by_alertmanager() {
    check(&[
        (r#"a="say \"hi\"""#, &[("a", r#"say "hi""#)], Hit),
        (r#"a="x\\y""#, &[("a", r"x\y")], Hit),
        (r#"a="x\ny""#, &[("a", "x\ny")], Hit),
        (r"a=x\ny", &[("a", "x\ny")], Hit),
        (r#"a="x\ty""#, &[("a", r"x\ty")], Hit),
        (r#"a="x\ty""#, &[("a", "x\ty")], Miss),
        (r#"a="\x41""#, &[("a", "A")], Miss),
        (r#"a=~"\d+""#, &[("a", "12")], Hit),
        (r#"a=~"\\d+""#, &[("a", "12")], Hit),
        (r"a=~\d+", &[("a", "12")], Hit),
        ("a = \"\n\"", &[("a", "\n")], Hit),
        (r#"a="b"#, &[("a", "b")], Refused),
        (r#"a=b""#, &[("a", "b")], Refused),
        (r#"a=b"c"#, &[("a", r#"b"c"#)], Refused),
        (r#"a="b"c""#, &[("a", "b")], Refused),
        (r#"a="b" c"#, &[("a", "b")], Refused),
    ]);
}

/// Read from amtool 0.33.1; 0.25.0 does not know this form.
#[test]
fn the_utf8_form_is_read_as_by_alertmanager() {
    check(&[
        ("telemetry.data.humidity=5", &[("telemetry.data.humidity", "5")], Hit),
        (r#"telemetry.data.humidity =~ "5|6""#, &[("telemetry.data.humidity", "5")], Hit),
        (r#""telemetry.data.humidity"="5""#, &[("telemetry.data.humidity", "5")], Hit),
        (r#"设备="冷库""#, &[("设备", "冷库")], Hit),
        ("设备=冷库", &[("设备", "冷库")], Hit),
        ("foo-bar=b", &[("foo-bar", "b")], Hit),
        ("1a=b", &[("1a", "b")], Hit),
        (r#""a"=b"#, &[("a", "b")], Hit),
        (r#""a b"="c""#, &[("a b", "c")], Hit),
        (r#""a\"b"=c"#, &[(r#"a"b"#, "c")], Hit),
        (r#"a.b="c d""#, &[("a.b", "c d")], Hit),
        (r#"a.b = "x" y"#, &[("a.b", "x")], Refused),
        (" { a = b , c = d , } ", &[("a", "b"), ("c", "d")], Hit),
        (r#"{a="b"} "#, &[("a", "b")], Hit),
    ]);
}

/// Read from amtool 0.33.1, and the same in 0.25.0.
#[test]
fn lists_are_read_as_by_alertmanager() {
    check(&[
        (r#"{a="b"}"#, &[("a", "b")], Hit),
        ("{a=b}", &[("a", "b")], Hit),
        (r#"{a="b",c=~"d"}"#, &[("a", "b"), ("c", "d")], Hit),
        (r#"{a="b",c=~"d"}"#, &[("a", "b")], Miss),
        ("a=b,c=d", &[("a", "b"), ("c", "d")], Hit),
        ("a=b,", &[("a", "b")], Hit),
        ("{}", &[("a", "b")], Hit),
        ("", &[("a", "b")], Hit),
        (r#"a="b,c""#, &[("a", "b,c")], Hit),
        (r#"a="}""#, &[("a", "}")], Hit),
        ("a=b,c", &[("a", "b,c")], Refused),
        ("a=b,,c=d", &[("a", "b")], Refused),
        (",a=b", &[("a", "b")], Refused),
        ("{{a=b}}", &[("a", "b")], Refused),
    ]);
}

/// amtool 0.33.1 takes each of these; in the label is what it then compares with.
#[test]
fn what_nobody_means_is_refused_though_alertmanager_takes_it() {
    check(&[
        ("a==b", &[("a", "=b")], Refused),
        ("a=>b", &[("a", ">b")], Refused),
        ("a='b'", &[("a", "'b'")], Refused),
        ("a=`b`", &[("a", "`b`")], Refused),
        ("{a=b", &[("a", "b")], Refused),
        (r#"{a="b""#, &[("a", "b")], Refused),
        ("a=b}", &[("a", "b")], Refused),
        (r#"a="b"}"#, &[("a", "b")], Refused),
        ("a=~b{2}", &[("a", "b{2")], Refused),
        ("{a=b}c", &[("a", "b}c")], Refused),
        (r#"a=~"a)(b""#, &[("a", "ab")], Refused),
        (r#"""=b"#, &[("", "b")], Refused),
    ]);
}

/// amtool 0.33.1 reads values by other rules if the name is not ASCII: it
/// refuses the first three, and compares the last with `A`.
#[test]
fn values_are_read_by_one_rule_whatever_the_name() {
    check(&[
        ("a.b=c d", &[("a.b", "c d")], Hit),
        ("a.b=", &[], Hit),
        (r#"a.b=~"\d""#, &[("a.b", "5")], Hit),
        (r#"a.b="\x41""#, &[("a.b", r"\x41")], Hit),
    ]);
}

#[test]
fn severities_are_compared_in_their_order() {
    check(&[
        ("severity >= high", &[("severity", "high")], Hit),
        ("severity >= high", &[("severity", "urgent")], Hit),
        ("severity >= high", &[("severity", "mid")], Miss),
        ("severity>high", &[("severity", "high")], Miss),
        ("severity > high", &[("severity", "urgent")], Hit),
        ("severity <= mid", &[("severity", "mid")], Hit),
        ("severity <= mid", &[("severity", "high")], Miss),
        ("severity < mid", &[("severity", "mid")], Miss),
        ("severity < mid", &[("severity", "low")], Hit),
        (r#"{severity >= "critical", a=b}"#, &[("severity", "urgent"), ("a", "b")], Hit),
        (r#""severity" >= 严重"#, &[("severity", "warning")], Miss),
    ]);
}

#[test]
fn an_ordered_comparison_looks_at_the_severity_and_not_at_its_label() {
    let mut alert = fixtures::alert(&[]);
    alert.labels.set("severity", "sev-1");
    alert.severity = Severity::Urgent;
    assert!("severity >= high".parse::<Matcher>().unwrap().matches(&alert));
    assert!("severity = sev-1".parse::<Matcher>().unwrap().matches(&alert));
}

#[test]
fn what_else_the_body_held_is_matched_like_a_label() {
    let mut alert = fixtures::alert(&[("device", "Cold room 3")]);
    alert.extra = [("notice_groups", "WeCom_ops"), ("device", "shadowed")].into_iter().collect();
    assert!("notice_groups=WeCom_ops".parse::<Matcher>().unwrap().matches(&alert));
    assert!(r#"device="Cold room 3""#.parse::<Matcher>().unwrap().matches(&alert));
}

#[test]
fn a_matcher_can_be_taken_apart() {
    let matcher: Matcher = "severity >= critical".parse().unwrap();
    assert_eq!(matcher.name(), "severity");
    assert_eq!(matcher.operator(), Operator::AtLeast);
    assert_eq!(matcher.value(), "urgent");
}

/// All but the last were read from `amtool config routes show`, amtool 0.33.1.
#[test]
fn a_matcher_is_written_as_alertmanager_writes_it() {
    let check = |text: &str, expected: &str| {
        assert_eq!(text.parse::<Matcher>().unwrap().to_string(), expected);
    };
    check("a = b", r#"a="b""#);
    check(r#"a !~ "b\\\\c\"d""#, r#"a!~"b\\\\c\"d""#);
    check(r#"a="x\ny""#, r#"a="x\ny""#);
    check(r#""a b"=c"#, r#""a b"="c""#);
    check(r#""a\"b"=c"#, r#""a\"b"="c""#);
    check("设备=冷库", r#"设备="冷库""#);
    check(r#""telemetry.data"=c"#, r#"telemetry.data="c""#);
    check("severity>=critical", "severity >= urgent");
}

#[test]
fn a_refusal_says_what_is_wrong_where_and_what_would_be_right() {
    let texts = [
        "severity > warnings",
        "severity >=",
        "cpu > 5",
        "device",
        "device room = 3",
        "= high",
        "severity == high",
        "severity = 'high'",
        r#"device =~ "Cold room (3|4""#,
        "device =~ (Cold",
        r#"设备 = "冷库"#,
        r#"device = Cold "room" 3"#,
        r#"device = "Cold" room"#,
        "device = Cold, room",
        "device =~ 3{2}",
        r#"device =~ ".{1000}{10}""#,
        "{device=3}",
    ];
    check_refusals(
        &texts.map(|text| text.parse::<Matcher>()),
        expect![[r#"
            `severity > warnings` is not a matcher: at character 12, `warnings` is not a severity: expected low, mid, high or urgent, or one of the usual words for them, e.g. warning or critical
            `severity >=` is not a matcher: at character 12, `` is not a severity: expected low, mid, high or urgent, or one of the usual words for them, e.g. warning or critical
            `cpu > 5` is not a matcher: at character 5, `>` compares severities and nothing else; compare `cpu` by =, !=, =~ or !~
            `device` is not a matcher: at character 7, an operator is missing: expected =, !=, =~ or !~, or for severity also >=, >, <= or <
            `device room = 3` is not a matcher: at character 8, an operator is missing: expected =, !=, =~ or !~, or for severity also >=, >, <= or <
            `= high` is not a matcher: at character 1, a name is missing: expected e.g. `device = "Cold room 3"`
            `severity == high` is not a matcher: at character 11, `=` cannot begin a value: put the value in double quotes, or correct the operator before it
            `severity = 'high'` is not a matcher: at character 12, `'` cannot begin a value: put the value in double quotes, or correct the operator before it
            `device =~ "Cold room (3|4"` is not a matcher: at character 11, the regular expression cannot be read: unclosed group
            `device =~ (Cold` is not a matcher: at character 11, the regular expression cannot be read: unclosed group
            `设备 = "冷库` is not a matcher: at character 6, a double quote begins and nothing ends it; one inside a quoted text is written \"
            `device = Cold "room" 3` is not a matcher: at character 15, a double quote stands inside an unquoted value: quote the whole value, and write \" for this one
            `device = "Cold" room` is not a matcher: at character 17, there is more text after the quoted value
            `device = Cold, room` is not a matcher: at character 14, a second matcher begins where one is expected; a value with a comma must stand in double quotes
            `device =~ 3{2}` is not a matcher: at character 14, a value that ends in `}` must stand in double quotes
            `device =~ ".{1000}{10}"` is not a matcher: at character 11, the regular expression cannot be read: Compiled regex exceeds size limit of 4194304 bytes.
            `{device=3}` is not a matcher: at character 1, a brace begins a list where one matcher is expected"#]],
    );
    check_refusals(
        &[Matcher::parse_all("a=b, {device=3"), Matcher::parse_all("{a=b, device=3")],
        expect![[r#"
        `a=b, {device=3` is not a matcher: at character 6, a name is missing: expected e.g. `device = "Cold room 3"`
        `{a=b, device=3` is not a matcher: at character 1, a brace begins and the text does not end with `}`"#]],
    );
}

fn any_matcher() -> impl Strategy<Value = Matcher> {
    let name = "(?s).{1,8}";
    let value = "(?s).{0,12}";
    let equality = (name, prop::sample::select(&[Operator::Equal, Operator::NotEqual][..]), value)
        .prop_map(|(name, operator, value)| Matcher::new(name, operator, value).unwrap());
    let pattern = (name, prop::sample::select(&[Operator::Matches, Operator::DoesNotMatch][..]), value)
        .prop_map(|(name, operator, value)| Matcher::new(name, operator, regex::escape(&value)).unwrap());
    let order = [Operator::AtLeast, Operator::Above, Operator::AtMost, Operator::Below];
    let ordered = (prop::sample::select(order.to_vec()), prop::sample::select(&Severity::ALL[..])).prop_map(
        |(operator, bound)| Matcher::new("severity".to_owned(), operator, bound.to_string()).unwrap(),
    );
    prop_oneof![equality, pattern, ordered]
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same(matcher in any_matcher()) {
        prop_assert_eq!(matcher.to_string().parse(), Ok(matcher));
    }

    #[test]
    fn a_list_that_is_written_reads_as_the_same(matchers in prop::collection::vec(any_matcher(), 0..4)) {
        let list: Vec<String> = matchers.iter().map(Matcher::to_string).collect();
        prop_assert_eq!(Matcher::parse_all(&format!("{{{}}}", list.join(", "))), Ok(matchers));
    }

    #[test]
    fn every_text_is_read_or_refused(text in r#"(?s)([a-c=!~<>"'{},\\ ]|.){0,12}"#) {
        if let Err(err) = Matcher::parse_all(&text) {
            prop_assert!(err.to_string().contains("at character"));
        }
        if let Ok(matcher) = text.parse::<Matcher>() {
            prop_assert_eq!(Matcher::parse_all(&text), Ok(vec![matcher]));
        }
    }

    #[test]
    fn not_is_the_opposite(value in "[a-c]{0,2}", text in "[a-c]{0,2}") {
        let alert = fixtures::alert(&[("a", &text)]);
        for (operator, not) in [(Operator::Equal, Operator::NotEqual), (Operator::Matches, Operator::DoesNotMatch)] {
            let matches = |operator| Matcher::new("a".to_owned(), operator, value.clone()).unwrap().matches(&alert);
            prop_assert_eq!(matches(operator), value == text);
            prop_assert_eq!(matches(not), value != text);
        }
    }
}

#[test]
fn a_condition_can_be_asked_about_one_text() {
    let holds = |matcher: &str, text: &str| matcher.parse::<Matcher>().unwrap().holds_for(text);
    assert!(holds("device = a", "a") && !holds("device = a", "b"));
    assert!(holds("device != a", "b") && !holds("device != a", "a"));
    assert!(holds("device =~ \"a.*\"", "ab") && !holds("device !~ \"a.*\"", "ab"));
    assert!(holds("severity >= high", "urgent") && !holds("severity > high", "high"));
    assert!(holds("severity <= mid", "low") && !holds("severity < mid", "mid"));
    assert!(!holds("severity >= low", "no severity"));
}

/// Tells whether `condition` holds of an alert of the severity `mid` and the EUI `6353012af1093062`, which the gateway
/// keeps in its own form.
fn holds_of_kept(condition: &str) -> bool {
    let mut alert = fixtures::alert(&[("severity", "mid"), ("eui", "6353012af1093062")]);
    alert.naming = AlarmNaming::Name;
    let matcher: Matcher = condition.parse().unwrap();
    let holds = matcher.matches(&alert);
    let kept = if matcher.name() == "eui" { "6353012af1093062" } else { "mid" };
    assert_eq!(matcher.holds_for(kept), holds, "{condition}");
    holds
}

#[track_caller]
fn check_kept(held: &[&str], others: &[&str]) {
    held.iter().for_each(|it| assert!(holds_of_kept(it), "{it}"));
    others.iter().for_each(|it| assert!(!holds_of_kept(it), "{it}"));
}

#[test]
fn a_severity_is_compared_as_it_is_kept_whatever_word_stands_for_it() {
    check_kept(
        &[
            "severity = warning",
            "severity = WARN",
            "severity = 警告",
            "severity != info",
            "severity != critical",
            r#"severity =~ "critical|warning""#,
            r#"severity =~ "^(P3|P4)$""#,
            r#"severity =~ "warn(ing)?""#,
            r#"severity =~ "m.*""#,
            r#"severity !~ "critical|error""#,
        ],
        &[
            "severity = critical",
            "severity = sev-1",
            "severity != warning",
            r#"severity =~ "critical|error""#,
            r#"severity =~ "h.*""#,
            r#"severity !~ "warn.*""#,
        ],
    );
}

#[test]
fn an_eui_is_compared_without_case_and_without_the_signs_between_its_digits() {
    check_kept(
        &[
            "eui = 6353012AF1093062",
            "eui = \"63:53:01:2a:f1:09:30:62\"",
            "eui = 63-53-01-2A-F1-09-30-62",
            r#"eui =~ "6353012AF.*""#,
            r#"eui =~ "63:53:01:2A:.*""#,
            r#"eui =~ "63-53-01-[0-9a-f]{2}.*""#,
            r#"eui =~ "(?i:6353012A).*""#,
            r#"eui =~ "63\\-53.*""#,
            "eui != 6353012AF1093063",
        ],
        &[
            "eui = 6353012AF1093063",
            "eui != 6353012AF1093062",
            r#"eui !~ "6353012AF.*""#,
            r#"eui =~ "63[:-]53.*""#,
        ],
    );
}

#[test]
fn what_a_sender_labelled_itself_is_compared_as_it_was_sent() {
    let mut alert = fixtures::alert(&[("eui", "6353012AF1093062")]);
    alert.severity = Severity::Urgent;
    alert.labels.set("severity", "critical");
    let holds = |condition: &str| condition.parse::<Matcher>().unwrap().matches(&alert);
    assert!(holds("severity = critical") && !holds("severity = urgent") && !holds("severity = CRITICAL"));
    assert!(holds(r#"severity =~ "crit.*""#) && !holds(r#"severity =~ "urgent|fatal""#));
    assert!(holds("severity >= urgent"));
    assert!(holds("eui = 6353012AF1093062") && !holds("eui = 6353012af1093062"));
    assert!(!holds(r#"eui =~ "6353012af.*""#));
}
