//! The notice of contracts that nobody could keep, from thirty alerts to the page that acknowledges them all.

use std::time::Duration;

use fanfare_sandbox::SeenMessage;
use fanfare_testkit::check_language;
use serde_json::Value;

use crate::harness::{FakeProviders, PATIENCE, TestGateway, TestRequest, until};
use crate::ledger::alarm;
use crate::samples::{mail, wecom_bot};

const OUTSIDE: &str = "https://alerts.example.test";

/// The number of alerts.
const ALERTS: u32 = 30;

/// The time in which a second notice would come, if there was one.
const A_WHILE: Duration = Duration::from_secs(6);

/// A gateway whose receiver `on-call` is promised two channels of which nothing answers, and a mailbox that works.
/// Self-alerts go to `ops`, a bot that works.
struct NoticeSetup {
    providers: FakeProviders,
    gateway: TestGateway,
}

impl NoticeSetup {
    fn start(language: &str) -> Self {
        let kinds = [("mail", mail()), ("ops", wecom_bot())];
        let providers = FakeProviders::start(kinds.map(|(name, kind)| kind.account(name)));
        let [mail, ops] = kinds.map(|(name, kind)| kind.settings(name, &providers));
        let config = format!(
            "server: {{ listen: 127.0.0.1:0, external_url: {OUTSIDE} }}
store: sqlite://data/fanfare.db
messages: {{ language: {language} }}
allow_inline_secrets: true
sources: [{{ name: thinklink, format: tkl, auth: none }}]
channels:
  dead-1: {{ kind: wecom, key: nobody, endpoint: 'http://127.0.0.1:1' }}
  dead-2: {{ kind: wecom, key: nobody-else, endpoint: 'http://127.0.0.1:1' }}
  mail: {{ {mail} }}
  ops: {{ {ops} }}
receivers:
  - {{ name: on-call, channels: [dead-1, dead-2, mail], contract: {{ succeed: all, within: 4s }} }}
  - {{ name: ops, channels: [ops] }}
route: {{ receiver: on-call, routes: [{{ matchers: ['source = fanfare'], receiver: ops }}] }}
"
        );
        Self { gateway: TestGateway::start(&config, &[], &[]), providers }
    }

    fn post_all(&self) {
        for device in 1..=ALERTS {
            let body = alarm("over_temp", device, "urgent").to_string();
            assert_eq!(self.gateway.post("thinklink", &body).status, 202);
        }
    }

    /// The notices that people on a channel have seen, those about acknowledgements and ends included.
    fn notices(&self, channel: &str) -> Vec<SeenMessage> {
        self.providers
            .seen(channel)
            .into_iter()
            .filter(|it| it.shown.text.contains("ContractBroken"))
            .collect()
    }

    fn explain(&self, alert: u32) -> Value {
        self.gateway.get(&format!("/api/v1/alerts/{alert}/explain")).json()
    }
}

/// The path of the acknowledgement link in a message.
#[track_caller]
fn link_in(message: &SeenMessage) -> String {
    let text = &message.shown.text;
    let (_, rest) =
        text.split_once(&format!("{OUTSIDE}/ack/")).unwrap_or_else(|| panic!("no link in {text}"));
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    format!("/ack/{}", rest.chars().take_while(|c| is_of_token(*c)).collect::<String>())
}

#[test]
fn thirty_urgent_alerts_with_two_dead_channels_are_one_notice_whose_link_acknowledges_them() {
    let mut setup = NoticeSetup::start("en");
    setup.post_all();
    until("a notice comes", || !setup.notices("ops").is_empty(), PATIENCE);
    std::thread::sleep(A_WHILE);
    setup.gateway.kill9();
    setup.gateway = TestGateway::start_at(&setup.gateway.site().clone(), &[], &[]);
    std::thread::sleep(A_WHILE);

    let [notice] = &setup.notices("ops")[..] else { panic!("{:?}", setup.notices("ops")) };
    assert!(notice.shown.text.contains(&format!("of {ALERTS} alerts")), "{}", notice.shown.text);
    assert!(notice.shown.text.contains("dead-1 (") && notice.shown.text.contains("dead-2 ("));
    assert_eq!(setup.notices("mail").len(), 0, "the mailbox has all the alerts");
    assert!(setup.providers.seen("mail").len() <= ALERTS as usize);

    let link = link_in(notice);
    let page = setup.gateway.get(&link);
    assert!(
        page.body.contains("<dt>Acknowledges</dt>") && page.body.contains("and 10 more"),
        "{}",
        page.body
    );
    let done = TestRequest::new("POST", &link)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Origin", "null")
        .body("name=Wang+Min")
        .send(setup.gateway.address());
    assert!(done.status == 200 && done.body.contains("<h1>Acknowledged</h1>"), "{done:?}");
    for alert in [1, ALERTS / 2, ALERTS] {
        let story = setup.explain(alert).to_string();
        assert!(story.contains("Wang Min"), "alert {alert}: {story}");
    }
    let heard = || setup.notices("mail").iter().any(|it| it.shown.text.contains("Wang Min"));
    until("the mailbox hears who takes care", heard, PATIENCE);
    assert_eq!(setup.notices("mail").len(), 1, "once for all thirty");
}

#[test]
fn a_notice_speaks_chinese_where_its_channel_does() {
    let setup = NoticeSetup::start("zh");
    setup.post_all();
    until("a notice comes", || !setup.notices("ops").is_empty(), PATIENCE);
    let text = setup.notices("ops")[0].shown.text.clone();
    assert!(text.contains("30 条告警未按约定送达 on-call"), "{text}");
    let told: Vec<&str> = text.lines().filter(|it| it.contains("渠道")).collect();
    assert!(!told.is_empty(), "{text}");
    let names = ["on-call", "fanfare dead-letters list --receiver ", "dead-1", "dead-2"];
    for line in told {
        let line = line.split("未确认的渠道").next().unwrap_or_default(); // the words of the system stand behind
        check_language(
            fanfare_core::Language::Zh,
            &[&names.iter().fold(line.to_owned(), |it, name| it.replace(name, "…"))],
        );
    }
}
