//! `kill -9`: what was accepted is told, and no provider is told too much.

mod clock;
mod contract;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fanfare_sandbox::{Fault, FaultSwitch, ProviderVerdict};
use tokio::runtime::Runtime;
use xtask::Chaos;

use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, until};
use crate::ledger::{alarm, deliveries, states};
use crate::samples::{config, dingtalk, mail, wecom_bot};

/// Nine tenths of twenty: what we allow ourselves in a minute.
const A_MINUTE: u64 = 18;

/// The short form of `cargo xtask chaos`.
#[test]
fn what_was_accepted_is_told_on_every_channel_however_often_it_is_killed() {
    let binary = PathBuf::from(TestFolder::new("").command(&[], &[]).get_program());
    let (scratch, patience) = (xtask::scratch().unwrap(), Chaos::PATIENCE);
    let chaos = Chaos { binary, rounds: 3, seed: 7, scratch, patience };
    let mut progress = Vec::new();
    let report = Runtime::new().unwrap().block_on(chaos.run(&mut progress)).unwrap();
    assert_eq!(report.verdict(), Ok(()), "{report}\n{}", String::from_utf8_lossy(&progress));
}

#[test]
fn a_restart_opens_no_new_minute() {
    let channels = ["ding", "wecom"];
    let providers = FakeProviders::start([dingtalk().account("ding"), wecom_bot().account("wecom")]);
    let (ding, wecom) = (dingtalk().settings("ding", &providers), wecom_bot().settings("wecom", &providers));
    let site = Arc::new(TestFolder::new(&config(&[("ding", ding), ("wecom", wecom)])));
    let received = |channel: &str| providers.stats().get(channel).map_or(0, |it| it.received);
    // One by one, or they would be gathered.
    let post = |gateway: &TestGateway, device: u32| {
        assert_eq!(gateway.post("thinklink", &alarm("over_temp", device, "urgent").to_string()).status, 202);
        thread::sleep(Duration::from_millis(100));
    };

    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    (0..8).for_each(|device| post(&gateway, device));
    until("the providers are told", || channels.iter().all(|it| received(it) == 8), PATIENCE);
    gateway.kill9();
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    (8..12).for_each(|device| post(&gateway, device));
    gateway.kill9();
    let gateway = TestGateway::start_at(&site, &[], &[]);
    (12..30).for_each(|device| post(&gateway, device));
    thread::sleep(Duration::from_secs(2));

    for channel in channels {
        assert!((12..=A_MINUTE).contains(&received(channel)), "{channel}: {}", received(channel));
        let states = states(&gateway, channel);
        let settled = states.get("delivered").copied().unwrap_or_default();
        assert_eq!(settled + states["pending"], 30, "{channel}: {states:?}");
    }
    assert_eq!(providers.violations(), []);
}

/// The provider has shown it, and its answer is on the way when the gateway is killed.
#[test]
fn what_was_in_flight_at_the_kill_is_repeated_so_that_it_can_be_known_as_a_repeat() {
    let providers = FakeProviders::start([dingtalk().account("ding"), mail().account("mail")]);
    let (ding, mail) = (dingtalk().settings("ding", &providers), mail().settings("mail", &providers));
    let site = Arc::new(TestFolder::new(&config(&[("ding", ding), ("mail", mail)])));
    for channel in ["ding", "mail"] {
        providers.set_fault(channel, FaultSwitch::always(Fault::Late { millis: 60_000 })).unwrap();
    }
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    assert_eq!(gateway.post("thinklink", &alarm("over_temp", 1, "urgent").to_string()).status, 202);
    let shown = |channel| providers.seen(channel).len();
    until("both have shown it", || shown("ding") == 1 && shown("mail") == 1, PATIENCE);
    gateway.kill9();
    providers.clear_all_faults();

    let gateway = TestGateway::start_at(&site, &[], &[]);
    let is_told = |channel| deliveries(&gateway, channel).iter().all(|it| it.state == "delivered");
    until("both are told", || is_told("ding") && is_told("mail"), PATIENCE);
    let of_ding: Vec<_> = providers.messages().into_iter().filter(|it| it.target == "ding").collect();
    let verdicts: Vec<_> = of_ding.iter().map(|it| &it.verdict).collect();
    assert_eq!(verdicts, [&ProviderVerdict::Delivered, &ProviderVerdict::Duplicate]);
    let ids: Vec<_> = providers.seen("mail").into_iter().map(|it| it.shown.id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "one Message-ID");
}
