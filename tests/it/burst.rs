//! More alerts than a robot may send one by one. That ten thousand of them are told, by
//! strict providers and in the right order, is shown on paused time (`contract::flood`).

use fanfare_sandbox::{Fault, FaultSwitch};
use serde_json::Value;

use crate::harness::{FakeProviders, PATIENCE, TestGateway, until};
use crate::ledger::{alarm, states};
use crate::samples::{config, dingtalk};

/// Nine tenths of twenty: what we allow ourselves in a minute.
const A_MINUTE: usize = 18;

/// Messages that a robot has under way at once.
const AT_ONCE: u32 = 2;

const URGENT: u32 = 5;

const BURST: u32 = 100;

#[test]
fn of_a_burst_the_urgent_go_first_and_the_rest_is_gathered() {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let gateway = TestGateway::start(&config(&[("ding", dingtalk().settings("ding", &providers))]), &[], &[]);
    let post = |alarms: Value| assert_eq!(gateway.post("thinklink", &alarms.to_string()).status, 202);

    // The robot is busy while the burst comes, which is how urgency shows.
    providers.set_fault("ding", FaultSwitch::times(Fault::Late { millis: 1_000 }, AT_ONCE)).unwrap();
    post((0..AT_ONCE).map(|device| alarm("over_temp", device, "low")).collect());
    until("the robot is busy", || providers.seen("ding").len() == AT_ONCE as usize, PATIENCE);
    let level = |device| {
        if device >= BURST - URGENT { "urgent" } else { ["low", "mid", "high"][device as usize % 3] }
    };
    post((AT_ONCE..BURST).map(|device| alarm("over_temp", device, level(device))).collect());
    let delivered = || states(&gateway, "ding").get("delivered").copied().unwrap_or_default();
    until("all are told", || delivered() == BURST as usize, PATIENCE);

    let seen = providers.seen("ding");
    let names = |device: u32, text: &str| text.contains(&format!("reported by {device}."));
    for device in 0..BURST {
        let times = seen.iter().filter(|it| names(device, &it.shown.text)).count();
        assert_eq!(times, 1, "alert {device} was told of {times} times");
    }
    let is_urgent = |text: &str| (BURST - URGENT..BURST).any(|device| names(device, text));
    let after_the_busy: Vec<_> =
        seen[AT_ONCE as usize..].iter().map(|it| is_urgent(&it.shown.text)).collect();
    assert!(after_the_busy.is_sorted_by_key(|urgent| !urgent), "an urgent one waited: {after_the_busy:?}");
    assert!(seen.len() <= A_MINUTE, "{} messages", seen.len());
    assert_eq!(providers.messages().len(), seen.len(), "none was refused");
    assert_eq!(providers.violations(), []);
}
