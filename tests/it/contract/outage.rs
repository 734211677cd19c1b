//! Alerts that fire and end while a channel is away.

use fanfare_core::{DeliveryTerms, Severity};
use fanfare_sandbox::Fault;

use super::world::{ContractChannel, ContractWorld, SECOND, alarm, device_name, end_of};

const ALERTS: usize = 1_000;

#[tokio::test(start_paused = true)]
async fn what_began_and_ended_during_an_outage_is_told_when_the_channel_is_back() {
    let world = ContractWorld::new(
        &[ContractChannel::DING],
        DeliveryTerms::plain(vec![ContractChannel::DING.name().into()]),
    )
    .await;
    world.break_down(ContractChannel::DING, &Fault::Refuse);
    for minute in 0..10 {
        let devices = || minute * ALERTS / 10..(minute + 1) * ALERTS / 10;
        world.accept(devices().map(|device| alarm(device, Severity::Mid)).collect()).await;
        world.pass_in_steps(30 * SECOND, SECOND).await;
        world.accept(devices().map(end_of).collect()).await;
        world.pass_in_steps(30 * SECOND, SECOND).await;
        world.ledger.balance();
    }
    assert_eq!(world.seen_on(ContractChannel::DING).len(), 0);
    world.sandbox.clear_faults(ContractChannel::DING.name());
    world.pass(5 * 60 * SECOND).await;

    let texts: Vec<_> = world.seen_on(ContractChannel::DING).into_iter().map(|it| it.shown.text).collect();
    for device in 0..ALERTS {
        let name = device_name(device);
        assert!(texts.iter().any(|text| text.contains(&name)), "nobody was told of {name}");
    }
    let ends = texts.iter().map(|text| text.matches("RESOLVED").count()).sum::<usize>();
    assert!(ends >= ALERTS, "that they ended is told of {ends} only");
    assert_eq!(world.ledger.number("SELECT count(*) FROM deliveries WHERE state = 'pending'"), 0);
    assert_eq!(world.sandbox.violations(), []);
    world.ledger.balance();
}
