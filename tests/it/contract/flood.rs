//! Ten thousand alerts in a minute, into bots that take twenty a minute.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{DeliveryTerms, Severity};
use fanfare_sandbox::{ProviderVerdict, SeenMessage};
use jiff::Timestamp;

use super::world::{ContractChannel, ContractWorld, SECOND, alarm, device_name};

const ALERTS: usize = 10_000;

/// Every hundredth is urgent.
fn severity(device: usize) -> Severity {
    match device % 100 {
        50 => Severity::Urgent,
        other if other % 3 == 0 => Severity::High,
        other if other % 3 == 1 => Severity::Mid,
        _ => Severity::Low,
    }
}

fn is_urgent(device: usize) -> bool {
    severity(device) == Severity::Urgent
}

/// The devices a message tells of.
fn devices_in(message: &SeenMessage) -> BTreeSet<usize> {
    let text = format!("{} {}", message.shown.title, message.shown.text);
    text.match_indices("sensor-")
        .filter_map(|(at, word)| text[at + word.len()..].get(..5)?.parse().ok())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn all_of_a_flood_is_told_the_urgent_first_and_no_provider_is_provoked() {
    const BOTS: [ContractChannel; 2] = [ContractChannel::DING, ContractChannel::WECOM];
    let terms = DeliveryTerms::plain(BOTS.iter().map(|way| way.name().into()).collect());
    let world = ContractWorld::new(&BOTS, terms).await;
    let mut accepted_at: Vec<Timestamp> = Vec::new();
    for burst in 0..300 {
        let devices = burst * ALERTS / 300..(burst + 1) * ALERTS / 300;
        accepted_at.extend(devices.clone().map(|_| world.now()));
        world.accept(devices.map(|device| alarm(device, severity(device))).collect()).await;
        world.pass(SECOND / 5).await;
    }
    world.ledger.balance();
    while world.ledger.number("SELECT count(*) FROM deliveries WHERE state = 'pending'") > 0 {
        assert!(world.age() < 3600 * SECOND, "the flood does not end");
        world.pass_in_steps(10 * SECOND, SECOND / 2).await;
        world.ledger.balance();
    }
    for way in BOTS {
        judge(&world, way, &accepted_at);
    }
    assert_eq!(world.sandbox.violations(), []);
}

#[track_caller]
fn judge(world: &ContractWorld, way: ContractChannel, accepted_at: &[Timestamp]) {
    let all: Vec<_> = world.sandbox.messages().into_iter().filter(|it| it.target == way.name()).collect();
    for message in &all {
        assert_eq!(message.verdict, ProviderVerdict::Delivered, "{way:?} was provoked: {message:?}");
    }
    let mut told = BTreeSet::new();
    let mut urgent_after: Vec<Duration> = Vec::new();
    for message in &all {
        let devices = devices_in(message);
        let overtaken = (0..ALERTS).find(|device| {
            // Half a second for what was on its way when the urgent one came in.
            is_urgent(*device)
                && !told.contains(device)
                && !devices.contains(device)
                && accepted_at[*device] + SECOND / 2 < message.time
        });
        if let (Some(urgent), false) = (overtaken, devices.iter().any(|device| is_urgent(*device))) {
            panic!("{way:?}: sensor {urgent} is urgent and waits behind {devices:?}");
        }
        for device in devices.iter().filter(|device| is_urgent(**device) && !told.contains(*device)) {
            urgent_after.push(message.time.duration_since(accepted_at[*device]).try_into().unwrap());
        }
        told.extend(devices);
    }
    let untold: Vec<_> = (0..ALERTS).filter(|device| !told.contains(device)).map(device_name).collect();
    assert!(untold.is_empty(), "{way:?}: nobody read of {} alerts, e.g. {:?}", untold.len(), untold.first());
    let slowest = urgent_after.iter().max();
    assert!(slowest <= Some(&(20 * SECOND)), "{way:?}: the slowest urgent one took {slowest:?}");
    assert!(urgent_after[0] <= 5 * SECOND, "{way:?}: the first urgent one took {:?}", urgent_after[0]);
}
