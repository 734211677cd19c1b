//! Many reloads while alerts come in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use fanfare_sandbox::{FakeAccount, Fault, FaultSwitch, ProviderVerdict, SeenMessage};

use super::{check_reloaded, metric, reload};
use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, TestRequest, until};
use crate::ledger::{alarm, attempts, deliveries};
use crate::ledger_reader::LedgerReader;
use crate::samples::wecom_bot;

const RELOADS: u32 = 100;

/// Each tenth is of a broken file.
const BROKEN_EVERY: u32 = 10;

/// Scripts that post all the while, and how long each rests between two alerts:
/// enough for a reload to meet alerts on every part of their way.
const SCRIPTS: u32 = 3;
const REST: Duration = Duration::from_millis(15);

/// The channels of the two receivers; the second comes and goes.
const ON_CALL: [&str; 3] = ["steady", "rotating", "budgeted"];
const GUEST: [&str; 1] = ["guest"];

/// Mistakes in the file: a text, and the wrong one in its place.
const BREAKS: [(&str, &str); 10] = [
    ("route:", "rout:"),
    ("[steady, rotating, budgeted]", "[steady, rotating, budgeted, nobody]"),
    ("kind: dingtalk", "kind: dingtork"),
    ("{ file: secret }", "{ file: no-such-file }"),
    ("{ file: secret }", "{ env: NOT_SET }"),
    ("127.0.0.1:0", "127.0.0.1:1"),
    ("data/fanfare.db", "data/elsewhere.db"),
    ("channels:\n", "channels:\n  steady: {}\n"),
    ("{ messages: ", "{ messages: minus "),
    ("sources: [", "sources: [["),
];

/// A robot whose secret is changed, and others that take as much as they are sent.
fn providers() -> FakeProviders {
    let bots = ["steady", "budgeted", "guest"].map(|name| wecom_bot().account_without_limits(name));
    let providers = FakeProviders::start(bots);
    providers.add(&rotating(0)).unwrap();
    providers
}

fn secret(number: u32) -> String {
    format!("SECnumber{number}")
}

fn rotating(number: u32) -> FakeAccount {
    let secret = secret(number);
    let settings = [("access_token", "rotating"), ("secret", &secret), ("limits", "none")];
    FakeAccount::new("dingtalk", settings).named("rotating")
}

/// The config of one round: a channel and its receiver that are there in every
/// other round, and a budget that is another one each time.
fn config(round: u32, providers: &FakeProviders) -> String {
    let bot = |name: &str| wecom_bot().settings(name, providers);
    let (guest, route) = if round.is_multiple_of(2) {
        (
            format!("  guest: {{ {}, budget: unlimited }}\n", bot("guest")),
            "{ matchers: ['alertname = guest'], receiver: guest }",
        )
    } else {
        (String::new(), "")
    };
    let guests = if guest.is_empty() { "" } else { "  - { name: guest, channels: [guest] }\n" };
    format!(
        "server: {{ listen: 127.0.0.1:0 }}
store: sqlite://data/fanfare.db
allow_inline_secrets: true
retry: {{ first_delay: 100ms, max_delay: 500ms, probe_delay: 200ms }}
sources: [{{ name: thinklink, format: tkl, auth: none }}]
channels:
  steady: {{ {}, budget: unlimited, concurrency: 4 }}
  rotating: {{ kind: dingtalk, access_token: rotating, secret: {{ file: secret }}, endpoint: \"{}\", budget: unlimited }}
  budgeted: {{ {}, budget: {{ messages: {}, per: 1m }} }}
{guest}receivers:
  - {{ name: on-call, channels: [steady, rotating, budgeted] }}
{guests}route: {{ receiver: on-call, routes: [{route}] }}
",
        bot("steady"),
        providers.endpoint(),
        bot("budgeted"),
        100_000 + round,
    )
}

/// Posts one alert after the other, and returns who each accepted one is told to.
fn post_until(done: &AtomicBool, next: &AtomicU32, gateway: SocketAddr) -> Vec<(u32, String)> {
    let mut accepted = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let device = next.fetch_add(1, Ordering::Relaxed);
        let name = if device.is_multiple_of(2) { "guest" } else { "over_temp" };
        let answer =
            TestRequest::post("/ingest/thinklink", alarm(name, device, "high").to_string()).send(gateway);
        assert_eq!(answer.status, 202, "{answer:?}");
        let told = &answer.json()["alerts"][0]["told"];
        assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
        accepted.push((device, told[0].as_str().unwrap().to_owned()));
        thread::sleep(REST);
    }
    accepted
}

/// One round: another secret at times, another config, and a reload.
fn round(number: u32, gateway: &TestGateway, providers: &FakeProviders) {
    let site = gateway.site();
    if number % BROKEN_EVERY == BROKEN_EVERY - 1 {
        let (right, wrong) = BREAKS[(number / BROKEN_EVERY) as usize];
        let broken = config(number, providers).replace(right, wrong);
        site.write("fanfare.yaml", &broken);
        let answer = reload(gateway);
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
        assert!(!answer.json()["problems"].as_array().unwrap().is_empty(), "{wrong}: {answer:?}");
        assert_eq!(metric(gateway, "fanfare_config_last_reload_successful"), 0.0);
        return;
    }
    if number % BROKEN_EVERY == 4 {
        // From now on the provider refuses who signs with the old one.
        providers.add(&rotating(number)).unwrap();
        site.write("secret", &secret(number));
    }
    site.write("fanfare.yaml", &config(number, providers));
    check_reloaded(gateway);
    LedgerReader::open(&site.path("data/fanfare.db")).balance();
}

#[test]
fn a_hundred_reloads_under_load_lose_nothing_repeat_nothing_and_restart_no_lane_without_need() {
    let providers = providers();
    let site = Arc::new(TestFolder::new(&config(0, &providers)));
    site.write("secret", &secret(0));
    let gateway = TestGateway::start_at(&site, &[], &[]);

    // Under way before the first reload, and answered only after some of them.
    providers.set_fault("steady", FaultSwitch::times(Fault::Late { millis: 3_000 }, 1)).unwrap();
    let slow = 1_000_000;
    assert_eq!(gateway.post("thinklink", &alarm("slow", slow, "urgent").to_string()).status, 202);
    until("it is under way", || providers.stats().get("steady").is_some_and(|it| it.received == 1), PATIENCE);

    // So that the guest's channel goes, and comes back, while attempts on it are under way.
    providers.set_fault("guest", FaultSwitch::always(Fault::Late { millis: 120 })).unwrap();

    let (done, next, address) = (AtomicBool::new(false), AtomicU32::new(0), gateway.address());
    let accepted: Vec<(u32, String)> = thread::scope(|scope| {
        let scripts: Vec<_> =
            (0..SCRIPTS).map(|_| scope.spawn(|| post_until(&done, &next, address))).collect();
        (1..RELOADS + 1).for_each(|number| round(number, &gateway, &providers));
        done.store(true, Ordering::Relaxed);
        scripts.into_iter().flat_map(|script| script.join().unwrap()).collect()
    });
    // With the guest's channel, and without the last of the broken files.
    site.write("fanfare.yaml", &config(RELOADS, &providers));
    check_reloaded(&gateway);
    gateway.until_nothing_is_owed();

    let all = accepted.into_iter().chain([(slow, "on-call".to_owned())]);
    told_once(&all.collect::<Vec<_>>(), &providers);
    assert_eq!(attempts(&gateway, deliveries(&gateway, "steady").last().unwrap().id), ["delivered"]);
    let new_settings = |channel: &str| {
        let log = gateway.log();
        let lines = log.lines().filter(|it| it.contains("has new settings"));
        lines.filter(|it| it.contains(&format!("channel.name={channel}"))).count()
    };
    assert_eq!(ON_CALL.map(new_settings).map(|it| it > 0), [false, true, true], "{}", gateway.log());
}

/// Every alert was shown exactly once on each channel of whom its sender heard that they are told.
#[track_caller]
fn told_once(accepted: &[(u32, String)], providers: &FakeProviders) {
    let mut expected: BTreeMap<(&str, u32), usize> = BTreeMap::new();
    for (device, receiver) in accepted {
        let channels = match receiver.as_str() {
            "on-call" => &ON_CALL[..],
            "guest" => &GUEST[..],
            other => panic!("no receiver is called {other}"),
        };
        expected.extend(channels.iter().map(|channel| ((*channel, *device), 1)));
    }
    assert!(GUEST.iter().all(|it| expected.keys().any(|(channel, _)| channel == it)), "no guest was told");
    let messages = providers.messages();
    let mut shown: BTreeMap<(&str, u32), usize> = BTreeMap::new();
    for message in messages.iter().filter(|it| it.verdict == ProviderVerdict::Delivered) {
        for device in devices_in(message) {
            *shown.entry((&message.target, device)).or_default() += 1;
        }
    }
    let lost: Vec<_> = expected.keys().filter(|it| !shown.contains_key(*it)).collect();
    assert_eq!(lost, [] as [&(&str, u32); 0], "lost, of {}", expected.len());
    let repeated: Vec<_> = shown.iter().filter(|(_, times)| **times > 1).collect();
    assert_eq!(repeated, [], "told twice, of {}", expected.len());
    assert_eq!(shown.len(), expected.len());
}

/// The devices whose alarms a message tells.
fn devices_in(message: &SeenMessage) -> Vec<u32> {
    let parts = message.shown.text.split("reported by ").skip(1);
    let numbers = parts.filter_map(|part| part.split('.').next()?.parse().ok());
    let mut devices: Vec<u32> = numbers.collect();
    devices.sort_unstable();
    devices.dedup();
    devices
}
