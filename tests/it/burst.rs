//! More alerts than a robot may send. That all of a burst is told in the end, minute by
//! minute, is shown on paused time by the gateway's own tests.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use fanfare_sandbox::{Fault, FaultSwitch};
use serde_json::Value;

use crate::harness::{Gateway, PATIENCE, Providers, until};
use crate::kind::{Kind, config};
use crate::ledger::{alarm, deliveries, states};

/// Nine tenths of twenty: what we allow ourselves in a minute.
const A_MINUTE: usize = 18;

/// What a robot has under way at once.
const AT_ONCE: u32 = 2;

/// How many of the burst are urgent: what is left of the minute behind those under way.
const URGENT: u32 = 16;

const BURST: u32 = 100;

#[test]
fn of_a_burst_the_urgent_go_first_and_the_rest_waits_for_its_minute() {
    let providers = Providers::start([Kind::DingTalk.account("ding")]);
    let gateway = Gateway::start(&config(&[("ding", Kind::DingTalk.settings("ding", &providers))]), &[], &[]);
    let post = |alarms: Value| assert_eq!(gateway.post("thinklink", &alarms.to_string()).status, 202);

    // The robot is busy while the burst comes, which is how urgency shows.
    providers.set_fault("ding", FaultSwitch::times(Fault::Late { millis: 1_000 }, AT_ONCE)).unwrap();
    post((0..AT_ONCE).map(|device| alarm("over_temp", device, "low")).collect());
    until("the robot is busy", || providers.seen("ding").len() == AT_ONCE as usize, PATIENCE);
    let level = |device| {
        if device >= BURST - URGENT { "urgent" } else { ["low", "mid", "high"][device as usize % 3] }
    };
    post((AT_ONCE..BURST).map(|device| alarm("over_temp", device, level(device))).collect());

    until("the minute is used", || states(&gateway, "ding").get("delivered") == Some(&A_MINUTE), PATIENCE);
    thread::sleep(Duration::from_secs(2));
    let rows = deliveries(&gateway, "ding");
    assert_eq!(rows.len(), BURST as usize);
    let delivered: Vec<_> =
        rows.iter().filter(|it| it.state == "delivered").map(|it| it.severity.as_str()).collect();
    assert_eq!(delivered.len(), A_MINUTE);
    assert_eq!(delivered.iter().filter(|it| **it == "urgent").count(), URGENT as usize);
    let waiting =
        rows.iter().filter(|it| it.state == "pending" && it.attempts == 0 && it.severity != "urgent");
    assert_eq!(waiting.count(), BURST as usize - A_MINUTE);

    // What people saw says the same: each once, and nothing was refused.
    let titles: BTreeSet<_> = providers.seen("ding").into_iter().map(|it| it.shown.title).collect();
    assert_eq!(titles.len(), A_MINUTE);
    assert_eq!(providers.messages().len(), A_MINUTE);
    assert_eq!(providers.violations(), []);
}
