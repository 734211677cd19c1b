//! The speed of a failover, and the time until the first channel is trusted again.

use std::num::NonZeroUsize;
use std::time::Duration;

use fanfare_core::{Contract, DeliveryTerms, HumanDuration, Sending, Severity, Succeed};
use fanfare_sandbox::Fault;
use jiff::Timestamp;

use super::world::{ContractChannel, ContractWorld, SECOND, TIMEOUT, alarm, device_name};

/// The number of alerts that a figure is taken from.
const ALERTS: usize = 100;

/// Mail stands in for the second channel: unlike a bot it has no budget that would hold it up.
fn in_turn() -> DeliveryTerms {
    DeliveryTerms {
        send: Sending::InTurn,
        contract: Contract { succeed: Succeed::AtLeast(NonZeroUsize::MIN), within: None },
        ..DeliveryTerms::plain(vec![
            ContractChannel::WECOM.name().into(),
            ContractChannel::MAIL.name().into(),
        ])
    }
}

/// The time at which the mail about each device arrived.
fn arrivals(world: &ContractWorld) -> Vec<(usize, Timestamp)> {
    let mails = world.seen_on(ContractChannel::MAIL);
    (0..ALERTS)
        .map(|device| {
            let name = device_name(device);
            let mail = mails.iter().find(|it| it.shown.text.contains(&name));
            (device, mail.unwrap_or_else(|| panic!("nobody was told of {name}")).time)
        })
        .collect()
}

/// One alert a second while WeCom is dead in this way; the slowest of a hundred
/// (so the 99th percentile too) is told elsewhere within `limit`.
async fn check(fault: Fault, limit: Duration) {
    let world = ContractWorld::new(&[ContractChannel::WECOM, ContractChannel::MAIL], in_turn()).await;
    world.break_down(ContractChannel::WECOM, &fault);
    let mut accepted = Vec::new();
    for device in 0..ALERTS {
        accepted.push(world.now());
        world.accept(vec![alarm(device, Severity::Urgent)]).await;
        world.pass(SECOND).await;
    }
    world.pass(2 * TIMEOUT).await;
    for (device, arrived) in arrivals(&world) {
        let took = Duration::try_from(arrived.duration_since(accepted[device])).unwrap();
        assert!(took <= limit, "{fault:?}: sensor {device} was told elsewhere after {took:?}");
    }
    world.ledger.balance();
}

#[tokio::test(start_paused = true)]
async fn while_the_first_is_down_the_next_is_told_within_five_seconds() {
    check(Fault::Refuse, 5 * SECOND).await;
    check(Fault::status(503), 5 * SECOND).await;
    check(Fault::Errcode { code: 93_000, words: "invalid webhook url".to_owned() }, 5 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn while_the_first_hangs_the_next_is_told_within_its_timeout_and_two_seconds() {
    check(Fault::Hang, TIMEOUT + 2 * SECOND).await;
}

/// With the first channel hanging, whose attempt takes longer than the contract, and one alert: the contract's end,
/// and the time after which the next channel had told.
async fn hanging_for(within: Duration) -> (String, Duration) {
    let contract = Contract { within: Some(HumanDuration(within)), ..in_turn().contract };
    let terms = DeliveryTerms { contract, ..in_turn() };
    let world = ContractWorld::new(&[ContractChannel::WECOM, ContractChannel::MAIL], terms).await;
    world.break_down(ContractChannel::WECOM, &Fault::Hang);
    let accepted = world.now();
    world.accept(vec![alarm(0, Severity::Urgent)]).await;
    world.pass(2 * TIMEOUT).await;
    let status = world.ledger.texts("SELECT fulfilment FROM notifications WHERE alert = 1").remove(0);
    let mail =
        world.seen_on(ContractChannel::MAIL).into_iter().find(|it| it.shown.text.contains(&device_name(0)));
    (status, Duration::try_from(mail.unwrap().time.duration_since(accepted)).unwrap())
}

#[tokio::test(start_paused = true)]
async fn where_the_time_is_shorter_than_an_attempt_the_next_is_told_while_the_contract_can_be_kept() {
    for within in [2, 4, 6, 9, 15] {
        let (status, told_after) = hanging_for(within * SECOND).await;
        assert_eq!(status, "kept", "within {within} s: told after {told_after:?}");
        assert!(told_after < within * SECOND, "within {within} s: told after {told_after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_is_told_again_within_half_a_minute_of_its_return_and_nothing_flaps() {
    let world = ContractWorld::new(&[ContractChannel::WECOM, ContractChannel::MAIL], in_turn()).await;
    world.break_down(ContractChannel::WECOM, &Fault::Refuse);
    for device in 0..120 {
        world.accept(vec![alarm(device, Severity::Urgent)]).await;
        world.pass(SECOND).await;
    }
    let back_at = world.now();
    world.sandbox.clear_faults(ContractChannel::WECOM.name());
    for device in 120..240 {
        world.accept(vec![alarm(device, Severity::Urgent)]).await;
        world.pass(SECOND).await;
    }
    let first = world.seen_on(ContractChannel::WECOM).first().unwrap().time;
    let noticed = Duration::try_from(first.duration_since(back_at)).unwrap();
    assert!(noticed <= 30 * SECOND, "noticed after {noticed:?}");
    let said = "SELECT alert ->> '$.status' FROM alerts
                WHERE alert ->> '$.labels.alertname' = 'ChannelBroken' AND alert ->> '$.labels.subject' = 'wecom' ORDER BY id";
    assert_eq!(world.ledger.texts(said), ["firing", "resolved"], "it broke once, and recovered once");
    world.ledger.balance();
}
