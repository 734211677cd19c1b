//! Invariants of every moment, read from the store's file and from the journal of calls,
//! and not through the code under test.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{Notification, Severity};

use super::fake::RecordedCall;
use super::harness::GatewayHarness;
use super::times::MINUTE;

/// Nine tenths of a budget of twenty per minute: a margin for the provider's own clock.
pub(super) const SENDS_PER_MINUTE: usize = 18;

/// The invariants of the ledger, each with a query that counts its violations.
const INVARIANTS: [(&str, &str); 9] = [
    (
        "each decision has a notification or a suppression",
        "SELECT count(*) FROM main.alerts a WHERE a.decided <> coalesce(json_array_length(a.held), 0)
           + (SELECT count(*) FROM main.notifications n WHERE n.alert = a.id AND n.acknowledgement IS NULL)",
    ),
    (
        "each notification has a delivery on each of its first channels",
        "SELECT count(*) FROM main.notifications n
         WHERE n.owed > (SELECT count(*) FROM main.deliveries d WHERE d.notification = n.id)",
    ),
    (
        "each delivery is delivered, pending, or given up with its reason",
        "SELECT count(*) FROM main.deliveries WHERE state NOT IN ('delivered', 'pending')
           AND NOT (state IN ('dead', 'discarded') AND coalesce(reason, '') <> '')",
    ),
    (
        "each delivered delivery has an attempt that a provider accepted",
        "SELECT count(*) FROM main.deliveries d WHERE d.state = 'delivered' AND NOT EXISTS
           (SELECT 1 FROM main.attempts a WHERE a.delivery = d.id AND a.outcome IN ('delivered', 'partial'))",
    ),
    (
        "each contract is kept, late, abandoned, has a time to check it, or a pending delivery",
        "SELECT count(*) FROM main.notifications n
         WHERE n.terms IS NOT NULL AND n.fulfilment NOT IN ('kept', 'late', 'abandoned') AND n.look_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM main.deliveries d WHERE d.notification = n.id AND d.state = 'pending')",
    ),
    (
        "each notification on plain terms with a dead delivery is abandoned",
        "SELECT count(*) FROM main.notifications n
         WHERE n.terms IS NULL AND n.fulfilment <> 'abandoned'
           AND EXISTS (SELECT 1 FROM main.deliveries d WHERE d.notification = n.id AND d.state = 'dead')",
    ),
    (
        "each rung is climbed or skipped once",
        "SELECT count(*) FROM (SELECT 1 FROM steps WHERE step ->> 'step' IN ('climb', 'skip')
                               GROUP BY notification, step ->> 'rung' HAVING count(*) > 1)",
    ),
    (
        "each channel takes its turn once",
        "SELECT count(*) FROM (SELECT 1 FROM steps WHERE step ->> 'step' = 'take_turn'
                               GROUP BY notification, step ->> 'channel' HAVING count(*) > 1)",
    ),
    (
        "each climbed rung has a delivery on each of its channels",
        "SELECT count(*) FROM steps s, json_each(s.step, '$.to') c WHERE s.step ->> 'step' = 'climb' AND NOT EXISTS
           (SELECT 1 FROM main.deliveries d WHERE d.notification = s.notification AND d.channel = c.value
              AND d.escalated IS NOT NULL)",
    ),
];

/// Checks that the ledger keeps all invariants.
#[track_caller]
pub(super) fn check_ledger(harness: &GatewayHarness, context: &str) {
    for (invariant, violations) in INVARIANTS {
        assert_eq!(harness.query_number(violations), 0, "{context}: {invariant}");
    }
}

/// Checks that no minute saw more calls of these channels of one account than its budget.
#[track_caller]
pub(super) fn check_budget(harness: &GatewayHarness, channels: &[&str], context: &str) {
    let calls = harness.all_calls();
    let times: Vec<_> = calls.iter().filter(|it| channels.contains(&it.channel)).map(|it| it.at).collect();
    for stretch in times.windows(SENDS_PER_MINUTE + 1) {
        assert!(stretch[SENDS_PER_MINUTE] - stretch[0] >= MINUTE, "{context}: {stretch:?}");
    }
}

/// Checks that each channel got the deliveries of each incident in the order of their creation: a
/// later one goes neither before an earlier one, nor while that must still be retried.
#[track_caller]
pub(super) fn check_order(harness: &GatewayHarness, context: &str) {
    let deliveries = deliveries(harness);
    let number = |call: &RecordedCall, one: &Notification| {
        deliveries[&(call.channel.to_owned(), one.id.0, one.escalated.is_some())]
    };
    let mut first_of_last_call = BTreeMap::new();
    for call in harness.all_calls().iter().filter(|it| it.attempt.only.is_none()) {
        let mut incidents = BTreeMap::new();
        for one in &call.notifications {
            let delivery = number(call, one);
            let (_, last) = incidents.entry(one.alert.fingerprint).or_insert((delivery, delivery));
            assert!(*last <= delivery, "{context}: {:?} is out of order on {}", call.ids(), call.channel);
            *last = delivery;
        }
        for (incident, (first, _)) in incidents {
            let before = first_of_last_call.insert((call.channel, incident), first);
            let (channel, at) = (call.channel, call.at);
            assert!(
                before <= Some(first),
                "{context}: {before:?} went before {first} on {channel} at {at:?}"
            );
        }
    }
}

/// The ids of the deliveries, by channel, notification, and presence of a rung.
fn deliveries(harness: &GatewayHarness) -> BTreeMap<(String, i64, bool), i64> {
    let sql = "SELECT channel, notification, escalated IS NOT NULL, id FROM main.deliveries";
    let mut statement = harness.ledger().prepare(sql).unwrap();
    let rows =
        statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Checks that no message without an urgent notification was sent while an urgent one waited.
#[track_caller]
pub(super) fn check_urgent_first(harness: &GatewayHarness, channel: &str) {
    let calls = harness.calls_of(channel);
    let started_at = harness.started_at();
    for (index, call) in calls.iter().enumerate() {
        for urgent in call.notifications.iter().filter(|it| it.alert.severity == Severity::Urgent) {
            let created = Duration::try_from(urgent.owed_at.duration_since(started_at)).unwrap();
            let overtaken = |it: &&RecordedCall| it.at > created && it.severity() < Severity::Urgent;
            assert!(
                calls[..index].iter().find(overtaken).is_none(),
                "{} was created at {created:?}",
                urgent.id
            );
        }
    }
}
