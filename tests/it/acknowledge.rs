//! The link in a message, from the message to those who hear that somebody takes care.

use std::thread;
use std::time::Duration;

use fanfare_sandbox::SeenMessage;

use crate::harness::{FakeProviders, PATIENCE, TestAnswer, TestGateway, TestRequest, until};
use crate::ledger::{alarm, deliveries};
use crate::samples::{dingtalk, mail, wecom_bot};

/// The address by which people reach the gateway. The tests use the one that it really has.
const OUTSIDE: &str = "https://alerts.example.test/bells";

/// The time after which the boss is told that nobody takes care.
const PATIENCE_OF_THE_BOSS: Duration = Duration::from_secs(2);

/// A gateway that tells a robot and two mailboxes, and a boss when nobody acknowledges.
struct AcknowledgeSetup {
    providers: FakeProviders,
    gateway: TestGateway,
}

impl AcknowledgeSetup {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(env: &[(&str, &str)]) -> Self {
        Self::start_in("en", env)
    }

    /// The same, which writes in `language`.
    fn start_in(language: &str, env: &[(&str, &str)]) -> Self {
        let kinds = [("ding", dingtalk()), ("mail", mail()), ("boss", wecom_bot())];
        let providers = FakeProviders::start(kinds.map(|(name, kind)| kind.account(name)));
        let [ding, mail, boss] = kinds.map(|(name, kind)| kind.settings(name, &providers));
        let config = format!(
            "server: {{ listen: 127.0.0.1:0, external_url: {OUTSIDE}/ }}
store: sqlite://data/fanfare.db
messages: {{ language: {language} }}
allow_inline_secrets: true
sources: [{{ name: thinklink, format: tkl, auth: none }}]
channels:
  ding: {{ {ding} }}
  mail: {{ {mail} }}
  boss: {{ {boss} }}
receivers:
  - name: on-call
    channels: [ding, mail]
    escalate: [{{ after: {}s, unless: acknowledged, to: [boss] }}]
route: {{ receiver: on-call }}
",
            PATIENCE_OF_THE_BOSS.as_secs()
        );
        Self { gateway: TestGateway::start(&config, &[], env), providers }
    }

    /// Raises an alarm, waits until both channels were told, and returns the path of the link.
    fn raise(&self) -> String {
        assert_eq!(self.gateway.post("thinklink", &alarm("over_temp", 1, "urgent").to_string()).status, 202);
        let is_told = |channel| deliveries(&self.gateway, channel).iter().all(|it| it.state == "delivered");
        until("both are told", || is_told("ding") && is_told("mail"), PATIENCE);
        let [of_ding, of_mail] = ["ding", "mail"].map(|channel| link_in(&self.providers.seen(channel)[0]));
        assert_eq!(of_ding, of_mail, "one link for all who are told");
        of_ding
    }

    fn get(&self, path: &str) -> TestAnswer {
        self.gateway.get(path)
    }

    /// The POST of a browser that keeps its origin to itself.
    fn post(&self, path: &str, form: &str) -> TestAnswer {
        TestRequest::new("POST", path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Origin", "null")
            .body(form)
            .send(self.gateway.address())
    }

    fn boss_is_told(&self) -> bool {
        !self.providers.seen("boss").is_empty()
    }

    /// Messages that people on a channel saw after the first.
    fn later(&self, channel: &str) -> Vec<SeenMessage> {
        self.providers.seen(channel).split_off(1)
    }
}

/// The path of the acknowledgement link that a person finds in a message.
#[track_caller]
fn link_in(message: &SeenMessage) -> String {
    let text = &message.shown.text;
    let (_, rest) =
        text.split_once(&format!("{OUTSIDE}/ack/")).unwrap_or_else(|| panic!("no link in {text}"));
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let token: String = rest.chars().take_while(|c| is_of_token(*c)).collect();
    format!("/ack/{token}")
}

#[track_caller]
fn check_page(answer: &TestAnswer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.body.contains(words), "`{words}` is not said: {answer:?}");
    assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
}

#[test]
fn looking_acknowledges_nothing() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    while !scene.boss_is_told() {
        let page = scene.get(&link);
        check_page(&page, 200, "over_temp, reported by 1.");
        assert!(page.body.contains("<form method=\"post\">"), "{}", page.body);
        assert!(page.body.contains("ding, mail"), "who was told: {}", page.body);
        let head = TestRequest::new("HEAD", &link).send(scene.gateway.address());
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(head.header("X-Robots-Tag"), Some("noindex"));
        for method in ["OPTIONS", "PUT", "DELETE", "PATCH"] {
            assert_eq!(TestRequest::new(method, &link).send(scene.gateway.address()).status, 405, "{method}");
        }
        thread::sleep(Duration::from_millis(50));
    }
    check_page(&scene.get(&link), 200, "<button>");
    assert_eq!([scene.later("ding").len(), scene.later("mail").len()], [0, 0], "nobody was told more");
}

#[test]
fn who_posts_takes_care_and_everybody_who_was_told_hears_who() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    let done = scene.post(&link, "name=%E5%BC%A0%E4%B8%89");
    check_page(&done, 200, "<h1>Acknowledged</h1>");
    assert!(done.body.contains("张三"), "{}", done.body);
    until("both hear of it", || ["ding", "mail"].iter().all(|it| scene.later(it).len() == 1), PATIENCE);
    for channel in ["ding", "mail"] {
        let text = &scene.later(channel)[0].shown.text;
        assert!(text.contains("张三"), "{text}");
    }
    thread::sleep(PATIENCE_OF_THE_BOSS + Duration::from_secs(1));
    assert!(!scene.boss_is_told(), "the ladder has ended");
}

#[test]
fn the_button_works_from_our_own_page_also_behind_a_proxy_and_from_no_other_page() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    let press = |fields: &[(&str, &str)]| {
        let request = TestRequest::new("POST", &link).body("name=Wang");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        fields.iter().fold(request, |it, (name, value)| it.header(name, value)).send(scene.gateway.address())
    };
    for fields in [
        &[("Origin", "https://evil.test")][..],
        &[("Origin", "https://alerts.example.test.evil.test")],
        &[("Origin", "http://localhost:1")],
        &[("Origin", "null"), ("Sec-Fetch-Site", "cross-site")],
        &[("Origin", "https://mail.example.test"), ("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "cross-site")],
    ] {
        let refused = press(fields);
        assert_eq!(refused.status, 403, "{fields:?}: {refused:?}");
        assert_eq!(refused.header("Access-Control-Allow-Origin"), None, "{refused:?}");
    }
    check_page(&scene.get(&link), 200, "<button>");
    let opened_from_a_mail = TestRequest::get(&link).header("Sec-Fetch-Site", "cross-site");
    check_page(&opened_from_a_mail.send(scene.gateway.address()), 200, "<button>");
    for fields in [
        &[("Origin", "https://alerts.example.test")][..], // the proxy has put another host in
        &[("Origin", "http://localhost")],
        &[("Origin", "https://localhost")],
        &[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
        &[("Origin", "https://by.another.name"), ("Sec-Fetch-Site", "same-origin")],
        &[],
    ] {
        check_page(&press(fields), 200, "cknowledged</h1>");
    }
}

#[test]
fn the_first_who_acknowledges_stays_the_one_who_did() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    check_page(&scene.post(&link, "name=Wang"), 200, "<h1>Acknowledged</h1>");
    let before = scene.get("/api/v1/alerts").json();
    for _ in 0..3 {
        for again in [scene.post(&link, "name=Li"), scene.get(&link)] {
            check_page(&again, 200, "<h1>Already acknowledged</h1>");
            assert!(again.body.contains("Wang") && !again.body.contains("Li"), "{}", again.body);
        }
    }
    assert_eq!(scene.get("/api/v1/alerts").json()["alerts"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        scene.get("/api/v1/alerts").json()["alerts"][0]["notifications"].as_array().map(Vec::len),
        before["alerts"][0]["notifications"].as_array().map(Vec::len),
        "nothing more is owed"
    );
}

#[test]
fn who_gives_no_name_is_somebody_with_the_link() {
    for (language, words) in [("en", "somebody with the link"), ("zh", "持有链接的人")] {
        let scene = AcknowledgeSetup::start_in(language, &[]);
        let link = scene.raise();
        let in_english = TestRequest::new("POST", &link)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept-Language", "en")
            .body("name=")
            .send(scene.gateway.address());
        check_page(&in_english, 200, "somebody who gave no name");
        until("the robot says so", || scene.later("ding").len() == 1, PATIENCE);
        let text = &scene.later("ding")[0].shown.text;
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn what_has_ended_needs_nobody_to_take_care() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    let mut end = alarm("over_temp", 1, "urgent");
    end["action"] = "clear".into();
    assert_eq!(scene.gateway.post("thinklink", &end.to_string()).status, 202);
    check_page(&scene.get(&link), 200, "<h1>Already resolved</h1>");
    check_page(&scene.post(&link, "name=Wang"), 200, "<h1>Already resolved</h1>");
}

#[test]
fn a_page_comes_in_the_language_of_its_reader() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    let in_chinese =
        TestRequest::get(&link).header("Accept-Language", "zh-CN,zh;q=0.9").send(scene.gateway.address());
    check_page(&in_chinese, 200, "确认告警");
}

/// A million against the signature itself are tried in `core`; these are against the door.
#[test]
fn no_link_but_the_right_one_gets_in() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    let token = link.strip_prefix("/ack/").unwrap();
    for forged in forgeries(token) {
        let path = format!("/ack/{forged}");
        check_page(&scene.get(&path), 404, "<h1>This link does not work</h1>");
        check_page(&scene.post(&path, "name=Mallory"), 404, "<h1>This link does not work</h1>");
    }
    assert_eq!(scene.get("/ack").status, 404);
    check_page(&scene.get(&link), 200, "<button>");
    assert_eq!([scene.later("ding").len(), scene.later("mail").len()], [0, 0]);
}

/// Texts that are nearly `token`: every character changed, every beginning, and what people and programs add.
fn forgeries(token: &str) -> Vec<String> {
    let mut forgeries = Vec::new();
    for (index, old) in token.char_indices() {
        for new in ['A', 'z', '0', '-', '='].into_iter().filter(|new| *new != old) {
            forgeries.push(format!("{}{new}{}", &token[..index], &token[index + 1..]));
        }
        forgeries.push(token[..index].to_owned());
    }
    for around in ["%20", "%00", "/", ".", "=", "AAAA", "%0A", "%FF", "..%2F"] {
        forgeries.push(format!("{token}{around}"));
        forgeries.push(format!("{around}{token}"));
    }
    forgeries.push(format!("{token}{token}"));
    forgeries.push("x".repeat(4_000));
    forgeries
}

#[test]
fn a_form_that_is_too_large_is_refused_and_acknowledges_nothing() {
    let scene = AcknowledgeSetup::start();
    let link = scene.raise();
    assert_eq!(scene.post(&link, &format!("name={}", "x".repeat(5_000))).status, 413);
    check_page(&scene.get(&link), 200, "<button>");
}

#[test]
fn a_link_stands_in_messages_and_in_no_log() {
    let mut scene = AcknowledgeSetup::start_with(&[("RUST_LOG", "trace")]);
    let link = scene.raise();
    check_page(&scene.get(&link), 200, "<button>");
    check_page(&scene.get(&format!("{link}x")), 404, "does not work");
    check_page(&scene.post(&link, "name=Wang"), 200, "<h1>Acknowledged</h1>");
    check_page(&scene.post(&link, "name=Wang"), 200, "<h1>Already acknowledged</h1>");
    scene.gateway.terminate_and_wait();
    let (log, token) = (scene.gateway.log(), link.strip_prefix("/ack/").unwrap());
    assert!(log.contains("TRACE"), "the log is not as detailed as it can be");
    let line = log.lines().find(|it| it.contains(token));
    assert_eq!(line, None);
}
