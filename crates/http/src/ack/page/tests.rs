use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use expect_test::{Expect, expect};
use fanfare_core::Language;
use fanfare_words::OtherAlerts;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

fn ask(text: &str) -> AckPage {
    AckPage::Ask {
        message: Box::new(Message {
            title: text.to_owned(),
            facts: vec![Fact { name: "Device", text: text.to_owned(), link: None }],
            others: OtherAlerts::default(),
            content: Some(text.to_owned()),
            link: Some(text.to_owned()),
        }),
        told: vec![text.into(), "boss-mail".into()],
        about: NoticeAlerts { titles: vec![text.to_owned()], number: 2 },
    }
}

fn acked_by(by: &str) -> AckedBy {
    AckedBy { by: Some(by.to_owned()), at: "2026-03-08T08:40:38.5Z".parse().unwrap() }
}

/// Every page there is; `text` stands wherever somebody else's text can.
fn pages(text: &str) -> [AckPage; 7] {
    let acked_by = acked_by(text);
    [
        ask(text),
        AckPage::Done(acked_by.clone()),
        AckPage::Already(acked_by),
        AckPage::Over,
        AckPage::Expired,
        AckPage::Invalid,
        AckPage::Unavailable,
    ]
}

fn in_english(page: &AckPage) -> String {
    page.html(&Locale::default())
}

fn in_chinese(page: &AckPage) -> String {
    page.html(&Locale { language: Language::Zh, timezone: TimeZone::get("Asia/Shanghai").unwrap() })
}

/// Every page in every language.
fn all_html(text: &str) -> Vec<String> {
    pages(text).iter().flat_map(|page| [in_english(page), in_chinese(page)]).collect()
}

/// The tags: all between `<` and `>`.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|it| it.split_once('>').unwrap().0).collect()
}

#[track_caller]
fn check(html: &str, expected: &Expect) {
    expected.assert_eq(html.split_once("<main>\n").unwrap().1.split_once("</main>").unwrap().0);
}

#[test]
fn the_alert_is_shown_with_who_was_told_and_one_button() {
    let page = AckPage::Ask {
        message: Box::new(Message {
            title: "[URGENT] Temperature too high - Cold room 3".to_owned(),
            facts: vec![
                Fact { name: "Level", text: "URGENT".to_owned(), link: None },
                Fact { name: "Since", text: "2026-03-08 16:40:38 +08:00".to_owned(), link: None },
            ],
            others: OtherAlerts::default(),
            content: Some("Cold room 3: 9.1 °C\nlimit: 8 °C".to_owned()),
            link: Some("https://thinklink.example.com/alarms".to_owned()),
        }),
        told: vec!["ops-dingtalk".into(), "ops-wecom".into()],
        about: NoticeAlerts::default(),
    };
    check(
        &in_english(&page),
        &expect![[r#"
            <h1>[URGENT] Temperature too high - Cold room 3</h1>
            <dl>
            <dt>Level</dt><dd>URGENT</dd>
            <dt>Since</dt><dd>2026-03-08 16:40:38 +08:00</dd>
            <dt>Told on</dt><dd>ops-dingtalk, ops-wecom</dd>
            </dl>
            <form method="post">
            <label>Your name (optional)
            <input name="name" maxlength="64" autocomplete="name"></label>
            <button>Acknowledge</button>
            </form>
            <p>This says that you see to it. Repeats and escalation stop, and everybody who was told hears of it.</p>
            <pre>Cold room 3: 9.1 °C
            limit: 8 °C</pre>
        "#]],
    );
    let html = in_chinese(&page);
    assert!(html.contains("<button>确认告警</button>"), "{html}");
    assert!(html.contains("<dt>已通知</dt><dd>ops-dingtalk、ops-wecom</dd>"), "{html}");
}

#[test]
fn who_acknowledged_and_when_is_told() {
    check(
        &in_english(&AckPage::Done(acked_by("张三"))),
        &expect![[r#"
            <h1>Acknowledged</h1>
            <dl>
            <dt>By</dt><dd>张三</dd>
            <dt>At</dt><dd>2026-03-08 08:40:38 +00:00</dd>
            </dl>
            <p>Repeats and escalation have stopped. Everybody who was told hears of it.</p>
        "#]],
    );
    check(
        &in_chinese(&AckPage::Already(AckedBy { by: None, ..acked_by("") })),
        &expect![[r#"
            <h1>此前已确认</h1>
            <dl>
            <dt>确认人</dt><dd>未留姓名</dd>
            <dt>确认时间</dt><dd>2026-03-08 16:40:38 +08:00</dd>
            </dl>
            <p>此前已停止重复通知和升级，本次没有任何改动。</p>
        "#]],
    );
}

#[test]
fn who_cannot_acknowledge_is_told_why_and_what_to_do() {
    let says = |page: &AckPage, status: u16, words: &str| {
        assert_eq!(page.status().as_u16(), status, "{page:?}");
        let html = in_english(page);
        assert!(html.contains(words), "{html}");
    };
    says(&AckPage::Over, 200, "there is nothing to acknowledge");
    says(
        &AckPage::Expired,
        410,
        "Nothing was acknowledged. If the alert still fires, use the link in its newest",
    );
    says(&AckPage::Invalid, 404, "Nothing was acknowledged. The link is not whole, or not from this gateway");
    says(&AckPage::Unavailable, 503, "Open the link again in a minute");
}

#[test]
fn no_two_pages_look_alike() {
    let all = all_html("x");
    let headings: std::collections::BTreeSet<&str> =
        all.iter().map(|html| html.split_once("<h1>").unwrap().1.split_once("</h1>").unwrap().0).collect();
    // `x` is the heading of the question in both languages.
    assert_eq!(headings.len(), all.len() - 1, "{headings:?}");
}

#[test]
fn only_the_page_that_asks_has_a_form_and_only_posts_it_to_its_own_address() {
    for page in pages("x") {
        let expected = usize::from(matches!(page, AckPage::Ask { .. }));
        for html in [in_english(&page), in_chinese(&page)] {
            let tags = tags(&html);
            let count = |tag: &str| tags.iter().filter(|it| it.split(' ').next() == Some(tag)).count();
            assert_eq!([count("form"), count("button"), count("input")], [expected; 3], "{html}");
            assert_eq!(html.matches("<form method=\"post\">").count(), expected, "{html}");
        }
    }
}

#[test]
fn a_page_fetches_nothing_runs_nothing_and_has_only_the_style_its_policy_names() {
    for html in all_html("x") {
        assert_eq!(html.matches(&format!("<style>{STYLE}</style>")).count(), 1);
        for word in
            ["<script", "<link", "<img", "<iframe", "<a ", " style=", " on", " src=", " href=", " action="]
        {
            assert!(!tags(&html).iter().any(|tag| format!("<{tag}").contains(word)), "{word}: {html}");
        }
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"), "{STYLE}");
}

/// The expected digest was also computed by `openssl dgst -sha256 -binary style.css | base64`.
#[test]
fn the_policy_lets_our_style_pass_and_nothing_else() {
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    assert_eq!(CONTENT_SECURITY_POLICY, expected);
}

#[test]
fn the_address_of_a_page_is_kept_from_other_sites_caches_and_search_engines() {
    let header = |name: &str| HEADERS.into_iter().find(|it| it.0 == name).unwrap().1;
    assert_eq!(header("Content-Type"), "text/html; charset=utf-8");
    assert_eq!(header("Referrer-Policy"), "no-referrer");
    assert_eq!(header("Cache-Control"), "no-store");
    assert_eq!(header("X-Robots-Tag"), "noindex");
    assert_eq!(header("X-Content-Type-Options"), "nosniff");
    assert_eq!(header("X-Frame-Options"), "DENY");
    assert_eq!(header("Content-Security-Policy"), CONTENT_SECURITY_POLICY);
}

#[test]
fn a_page_says_in_which_language_it_is() {
    for page in pages("x") {
        assert!(in_english(&page).starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
        assert!(in_chinese(&page).starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    }
}

#[test]
fn texts_stay_texts() {
    let html = in_english(&ask(r#"<script>alert("1")</script> & 'more'"#));
    let escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;";
    // Title, heading, fact, content, channel, alert of a notice; the link is not shown.
    assert_eq!(html.matches(escaped).count(), 6, "{html}");
    assert!(!html.contains("<script"), "{html}");
}

/// The text that a browser shows of `html`, which has no references but ours.
fn unescaped(html: &str) -> String {
    let plain = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    plain.replace("&amp;", "&")
}

proptest! {
    #[test]
    fn no_text_adds_an_element_or_an_attribute_and_all_of_it_is_shown(
        text in r#"(<|>|"|'|&|&lt;|/|=|script|style|form|[a-z \n]|告){0,40}"#,
    ) {
        let plain = all_html("x");
        for (plain, nasty) in plain.iter().zip(all_html(&text)) {
            prop_assert_eq!(tags(plain), tags(&nasty), "{}", nasty);
            for quote in ['<', '>', '"', '\''] {
                prop_assert_eq!(plain.matches(quote).count(), nasty.matches(quote).count(), "{}", nasty);
            }
        }
        let heading = format!("<h1>{text}</h1>");
        prop_assert!(unescaped(&in_english(&ask(&text))).contains(&heading));
    }

    #[test]
    fn any_text_is_escaped(text: String) {
        let escaped = EscapedText(&text).to_string();
        prop_assert!(!escaped.contains(['<', '>', '"', '\'']), "{}", escaped);
        prop_assert_eq!(unescaped(&escaped), text);
    }
}

#[test]
fn the_page_of_a_notice_names_the_alerts_that_its_button_acknowledges() {
    let titles = ["[URGENT] Door open", "[HIGH] <b>Cold</b> room"].map(str::to_owned).to_vec();
    let AckPage::Ask { message, told, .. } = ask("x") else { panic!() };
    let page = AckPage::Ask { message, told, about: NoticeAlerts { titles, number: 30 } };
    let english = in_english(&page);
    let rows = "<dt>Acknowledges</dt><dd>[URGENT] Door open</dd>\n\
                <dt></dt><dd>[HIGH] &lt;b&gt;Cold&lt;/b&gt; room</dd>\n\
                <dt></dt><dd>and 28 more</dd>";
    assert!(english.contains(rows), "{english}");
    assert!(in_chinese(&page).contains("<dt>将一并确认</dt>") && in_chinese(&page).contains("另有 28 条"));
    let before_the_button = english.find("and 28 more") < english.find("<button>");
    assert!(before_the_button, "what the button does is seen before it");
}
