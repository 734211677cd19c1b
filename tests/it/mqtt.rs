//! Messages of a real broker: what it has taken is told once, whoever dies meanwhile.

mod broker;
mod heartbeats;
mod kills;
mod thinklink;
mod tls;

use std::sync::Arc;

use self::broker::TestBroker;
use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, await_some, until};
use crate::ledger::{alarm, deliveries};
use crate::samples::{config, dingtalk};

/// The topic to which ThinkLink 2.00.011 publishes what a script sends to the target `fanfare`.
const TOPIC: &str = "/v32/acme/as/dn/data/fanfare";

/// A gateway whose source takes the messages of a broker, and the people it tells.
struct BrokerSite {
    broker: TestBroker,
    providers: FakeProviders,
    folder: Arc<TestFolder>,
}

impl BrokerSite {
    fn new(broker: TestBroker, mqtt: &str) -> Self {
        let providers = FakeProviders::start([dingtalk().account_without_limits("ding")]);
        let settings = format!("{}, budget: unlimited", dingtalk().settings("ding", &providers));
        let source = format!("{{ name: thinklink, format: tkl, mqtt: {{ {mqtt} }} }}");
        let config =
            config(&[("ding", settings)]).replace("{ name: thinklink, format: tkl, auth: none }", &source);
        assert!(config.contains(&source), "{config}");
        Self { broker, providers, folder: Arc::new(TestFolder::new(&config)) }
    }

    /// A site whose broker asks nobody who he is.
    fn open() -> Self {
        let broker = TestBroker::start();
        let mqtt = format!("broker: 'mqtt://127.0.0.1:{}', topics: ['{TOPIC}']", broker.port());
        Self::new(broker, &mqtt)
    }

    /// A gateway of this site that is connected.
    #[track_caller]
    fn gateway(&self) -> TestGateway {
        let gateway = TestGateway::start_at(&self.folder, &[], &[]);
        let connected = await_some(|| is_connected(&gateway).then_some(()), PATIENCE);
        assert!(connected.is_some(), "{}", gateway.log());
        gateway
    }
}

fn metric(gateway: &TestGateway, name: &str) -> Option<f64> {
    let metrics = gateway.get("/metrics").body;
    metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

fn is_connected(gateway: &TestGateway) -> bool {
    metric(gateway, "fanfare_mqtt_connected{source=\"thinklink\"}") == Some(1.0)
}

fn messages(gateway: &TestGateway, fate: &str) -> f64 {
    let name = format!("fanfare_mqtt_messages_total{{source=\"thinklink\",fate=\"{fate}\"}}");
    metric(gateway, &name).unwrap_or_default()
}

fn alarms(devices: std::ops::Range<u32>) -> Vec<String> {
    devices.map(|device| alarm("over_temp", device, "urgent").to_string()).collect()
}

/// Waits until so many alerts are to be told, and looks that it stays at that.
#[track_caller]
fn until_told(gateway: &TestGateway, number: usize) {
    let told = await_some(|| (deliveries(gateway, "ding").len() >= number).then_some(()), PATIENCE);
    assert!(told.is_some(), "{} of {number}\n{}", deliveries(gateway, "ding").len(), gateway.log());
    gateway.until_nothing_is_owed();
    assert_eq!(deliveries(gateway, "ding").len(), number, "nobody is told twice");
}

#[test]
fn a_message_of_the_broker_is_told() {
    let site = BrokerSite::open();
    let gateway = site.gateway();
    assert!(site.broker.publish(TOPIC, &alarms(1..2)));
    until_told(&gateway, 1);
    let seen = site.providers.seen("ding");
    assert!(seen[0].shown.text.contains("Cold room 1"), "{seen:?}");
    assert_eq!(gateway.post("thinklink", &alarms(2..3)[0]).status, 401, "its door is closed");
}

#[test]
fn what_is_published_while_we_are_away_is_told_when_we_are_back() {
    let site = BrokerSite::open();
    let mut gateway = site.gateway();
    assert!(gateway.terminate_and_wait().success());
    assert!(site.broker.publish(TOPIC, &alarms(1..6)));
    until_told(&site.gateway(), 5);
}

#[test]
fn a_message_that_is_no_alert_is_logged_counted_and_not_sent_for_ever() {
    let site = BrokerSite::open();
    let gateway = site.gateway();
    assert!(site.broker.publish(TOPIC, &["not an alert".to_owned(), alarms(1..2).remove(0)]));
    until_told(&gateway, 1);
    assert_eq!(messages(&gateway, "unreadable"), 1.0);
    assert!(gateway.log().contains("A message is no alert"), "{}", gateway.log());
    assert!(!gateway.log().contains("not an alert\""), "a body is not logged");
    drop(gateway);
    let gateway = site.gateway();
    assert!(site.broker.publish(TOPIC, &alarms(2..3)));
    until_told(&gateway, 2);
    assert_eq!(messages(&gateway, "unreadable"), 0.0, "it was acknowledged");
}

#[test]
fn a_retained_message_is_told_when_it_is_first_seen_and_not_at_each_connection() {
    let site = BrokerSite::open();
    assert!(site.broker.publish_with(TOPIC, &alarms(1..2), &["-r"]));
    let mut gateway = site.gateway();
    until_told(&gateway, 1);
    assert!(gateway.terminate_and_wait().success());
    let gateway = site.gateway();
    assert!(site.broker.publish(TOPIC, &alarms(2..3)));
    until_told(&gateway, 2);
    assert_eq!(messages(&gateway, "taken"), 1.0, "only the new one came");
}

#[test]
fn a_reload_changes_topics_and_loses_nothing() {
    let site = BrokerSite::open();
    let gateway = site.gateway();
    assert!(site.broker.publish(TOPIC, &alarms(1..3)));
    until_told(&gateway, 2);
    let config = std::fs::read_to_string(site.folder.path("fanfare.yaml")).unwrap();
    site.folder.write("fanfare.yaml", &config.replace(TOPIC, "site/+/alarm"));
    let reloaded = gateway.run(&["reload"], &[]);
    assert_eq!(reloaded.code, Some(0), "{}", reloaded.said());
    assert!(site.broker.publish("site/a/alarm", &alarms(3..5)));
    assert!(site.broker.publish(TOPIC, &alarms(5..6)));
    until("it is connected", || is_connected(&gateway), PATIENCE);
    assert!(site.broker.publish("site/b/alarm", &alarms(6..7)));
    let told = await_some(|| (deliveries(&gateway, "ding").len() >= 3).then_some(()), PATIENCE);
    assert!(told.is_some(), "{}", gateway.log());
    gateway.until_nothing_is_owed();
    assert!(deliveries(&gateway, "ding").len() <= 5, "the topic that is not wanted any more is not told");
}

#[test]
fn a_wrong_password_is_named_with_the_setting() {
    let broker = TestBroker::start_with(|folder| {
        let file = folder.path().join("passwords");
        let made = std::process::Command::new("mosquitto_passwd")
            .args(["-c", "-b", file.to_str().unwrap(), "fanfare", "the-right-one"])
            .status();
        assert!(made.unwrap().success());
        format!("allow_anonymous false\npassword_file {}", file.display())
    });
    let mqtt = |password: &str| {
        format!(
            "broker: 'mqtt://127.0.0.1:{}', username: fanfare, password: {password}, topics: ['{TOPIC}']",
            broker.port()
        )
    };
    let (wrong, right) = (mqtt("the-wrong-one"), mqtt("the-right-one"));
    let site = BrokerSite::new(broker, &wrong);
    let mut gateway = TestGateway::start_at(&site.folder, &[], &[]);
    let named = |it: &crate::harness::TestProgram| it.log().contains("`mqtt.password`").then_some(());
    gateway.program().await_words("what is wrong", named);
    assert!(!gateway.log().contains("the-wrong-one"), "{}", gateway.log());
    let config = std::fs::read_to_string(site.folder.path("fanfare.yaml")).unwrap();
    site.folder.write("fanfare.yaml", &config.replace(&wrong, &right));
    assert_eq!(gateway.run(&["reload"], &[]).code, Some(0));
    until("it is connected", || is_connected(&gateway), PATIENCE);
}
