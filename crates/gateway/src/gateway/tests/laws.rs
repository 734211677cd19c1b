//! What must hold at every moment, read from the file and from the providers'
//! journals, and not through the code under test.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{Notification, Severity};

use super::fake::Call;
use super::harness::{MINUTE, World};

/// Nine tenths of twenty a minute: some air for the provider's own clock.
pub(super) const A_MINUTE: usize = 18;

/// What must not be found, and the rows that would be it.
const BROKEN_LAWS: [(&str, &str); 9] = [
    (
        "each receiver that was decided about is told or held",
        "SELECT count(*) FROM main.alerts a WHERE a.decided <> coalesce(json_array_length(a.held), 0)
           + (SELECT count(*) FROM main.notifications n WHERE n.alert = a.id AND n.acknowledgement IS NULL)",
    ),
    (
        "each notification has a delivery on each channel that was told first",
        "SELECT count(*) FROM main.notifications n
         WHERE n.owed > (SELECT count(*) FROM main.deliveries d WHERE d.notification = n.id)",
    ),
    (
        "each delivery is delivered, pending, or given up with its reason",
        "SELECT count(*) FROM main.deliveries WHERE state NOT IN ('delivered', 'pending')
           AND NOT (state IN ('dead', 'discarded') AND coalesce(reason, '') <> '')",
    ),
    (
        "delivered is what a provider took",
        "SELECT count(*) FROM main.deliveries d WHERE d.state = 'delivered' AND NOT EXISTS
           (SELECT 1 FROM main.attempts a WHERE a.delivery = d.id AND a.outcome IN ('delivered', 'partial'))",
    ),
    (
        "a promise is kept, kept late, or abandoned, or somebody looks after it",
        "SELECT count(*) FROM main.notifications n
         WHERE n.terms IS NOT NULL AND n.fulfilment NOT IN ('kept', 'late', 'abandoned') AND n.look_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM main.deliveries d WHERE d.notification = n.id AND d.state = 'pending')",
    ),
    (
        "what is given up is known to be abandoned, unless others make up for it",
        "SELECT count(*) FROM main.notifications n
         WHERE n.terms IS NULL AND n.fulfilment <> 'abandoned'
           AND EXISTS (SELECT 1 FROM main.deliveries d WHERE d.notification = n.id AND d.state = 'dead')",
    ),
    (
        "each rung is dealt with once",
        "SELECT count(*) FROM (SELECT 1 FROM steps WHERE step ->> 'step' IN ('climb', 'skip')
                               GROUP BY notification, step ->> 'rung' HAVING count(*) > 1)",
    ),
    (
        "each channel's turn comes once",
        "SELECT count(*) FROM (SELECT 1 FROM steps WHERE step ->> 'step' = 'take_turn'
                               GROUP BY notification, step ->> 'channel' HAVING count(*) > 1)",
    ),
    (
        "a rung that is climbed is owed on each of its channels",
        "SELECT count(*) FROM steps s, json_each(s.step, '$.to') c WHERE s.step ->> 'step' = 'climb' AND NOT EXISTS
           (SELECT 1 FROM main.deliveries d WHERE d.notification = s.notification AND d.channel = c.value
              AND d.escalated IS NOT NULL)",
    ),
];

/// The file keeps the laws.
#[track_caller]
pub(super) fn check_ledger(world: &World, context: &str) {
    for (law, broken) in BROKEN_LAWS {
        assert_eq!(world.number(broken), 0, "{context}: {law}");
    }
}

/// In no stretch of a minute did these channels of one account see more than its budget.
#[track_caller]
pub(super) fn check_budget(world: &World, channels: &[&str], context: &str) {
    let calls = world.all_calls();
    let times: Vec<_> = calls.iter().filter(|it| channels.contains(&it.channel)).map(|it| it.at).collect();
    for stretch in times.windows(A_MINUTE + 1) {
        assert!(stretch[A_MINUTE] - stretch[0] >= MINUTE, "{context}: {stretch:?}");
    }
}

/// A channel hears of one thing in the order in which it was called in: what came
/// later goes neither before what came earlier, nor while that must still be tried.
#[track_caller]
pub(super) fn check_order(world: &World, context: &str) {
    let deliveries = deliveries(world);
    let number = |call: &Call, one: &Notification| {
        deliveries[&(call.channel.to_owned(), one.id.0, one.escalated.is_some())]
    };
    let mut first_of_the_last = BTreeMap::new();
    for call in world.all_calls().iter().filter(|it| it.attempt.only.is_none()) {
        let mut told = BTreeMap::new();
        for one in &call.told {
            let delivery = number(call, one);
            let (_, last) = told.entry(one.alert.fingerprint).or_insert((delivery, delivery));
            assert!(*last <= delivery, "{context}: {:?} is mixed up on {}", call.ids(), call.channel);
            *last = delivery;
        }
        for (about, (first, _)) in told {
            let before = first_of_the_last.insert((call.channel, about), first);
            let (channel, at) = (call.channel, call.at);
            assert!(
                before <= Some(first),
                "{context}: {before:?} went before {first} on {channel} at {at:?}"
            );
        }
    }
}

/// The numbers of the deliveries, by channel, notification, and whether they stand on a rung.
fn deliveries(world: &World) -> BTreeMap<(String, i64, bool), i64> {
    let sql = "SELECT channel, notification, escalated IS NOT NULL, id FROM main.deliveries";
    let mut statement = world.sql().prepare(sql).unwrap();
    let rows =
        statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// No urgent notification waited behind a message without any that was begun after it came to be.
#[track_caller]
pub(super) fn check_urgent_first(world: &World, channel: &str) {
    let calls = world.calls_of(channel);
    let began = world.began();
    for (index, call) in calls.iter().enumerate() {
        for urgent in call.told.iter().filter(|it| it.alert.severity == Severity::Urgent) {
            let came = Duration::try_from(urgent.owed_at.duration_since(began)).unwrap();
            let overtaken = |it: &&Call| it.at > came && it.severity() < Severity::Urgent;
            assert!(calls[..index].iter().find(overtaken).is_none(), "{} came at {came:?}", urgent.id);
        }
    }
}
