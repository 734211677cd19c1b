//! Laws of the messages, as providers and people saw them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};
use fanfare_core::Notification;
use rusqlite::Connection;

use super::evidence::Evidence;
use crate::options::ChannelOptions;
use crate::providers::ProviderCall;
use crate::time::SECOND;

/// The time within which an answer is on the disk: until then a kill may repeat the message.
const UNTIL_STORED: Duration = SECOND.saturating_mul(2);

/// Deliveries, as a message names them: the channel, the notification, and whether a rung called for it.
/// Two rungs may call for the same channel.
type DeliveryName = (String, i64, bool);

fn name(call: &ProviderCall, one: &Notification) -> DeliveryName {
    (call.channel.to_owned(), one.id.0, one.escalated.is_some())
}

/// The numbers of the deliveries of each name, in their order.
type DeliveryRows = BTreeMap<DeliveryName, Vec<i64>>;

const DELIVERIES: &str =
    "SELECT channel, notification, escalated IS NOT NULL, id FROM deliveries ORDER BY id";

/// Deliveries that a person had tried again once they were given up: what came later may have gone before.
const RETRIED: &str = "SELECT d.channel, d.notification, d.escalated IS NOT NULL, d.id FROM deliveries d
    WHERE EXISTS (SELECT 1 FROM steps s WHERE s.notification = d.notification AND s.step ->> 'step' = 'retried')";

fn delivery_rows(ledger: &Connection, sql: &str) -> Result<DeliveryRows> {
    let mut statement = ledger.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))?;
    let mut found = DeliveryRows::new();
    for row in rows {
        let (delivery, number) = row?;
        found.entry(delivery).or_default().push(number);
    }
    Ok(found)
}

/// Checks all laws of the messages of a run.
pub(crate) fn check_messages(evidence: Evidence<'_>) -> Result<()> {
    let Evidence { calls, channels, book, .. } = evidence;
    for channel in channels {
        for call in calls.iter().filter(|it| it.channel == channel.name) {
            let size = call.notifications.len();
            // A digest that an earlier version made is repeated as it was.
            let is_of_run = call.ids().iter().any(|id| evidence.origin.notifications < id.0);
            ensure!(
                !is_of_run || size <= channel.capacity,
                "a message on {} carries {size} notifications",
                channel.name
            );
        }
        check_limits(calls, channels, channel)?;
    }
    let rows = delivery_rows(evidence.ledger, DELIVERIES)?;
    check_repeats(evidence, &rows)?;
    check_delivered(evidence)?;
    check_order(calls, &rows, &delivery_rows(evidence.ledger, RETRIED)?)?;
    for call in calls {
        for one in &call.notifications {
            let told = (one.alert_id, one.receiver.as_str().to_owned());
            ensure!(!book.held().contains(&told), "{told:?} was held back, and sent on {}", call.channel);
        }
    }
    Ok(())
}

/// No stretch of time, wherever it begins, sees more requests of an account than its provider allows.
fn check_limits(calls: &[ProviderCall], channels: &[ChannelOptions], channel: &ChannelOptions) -> Result<()> {
    let is_of_account = |call: &&ProviderCall| {
        channels.iter().any(|it| it.name == call.channel && it.account == channel.account)
    };
    let times: Vec<Duration> = calls.iter().filter(is_of_account).map(|it| it.at).collect();
    for (messages, seconds) in channel.budgets {
        let (most, per) = (*messages as usize, Duration::from_secs(*seconds));
        for stretch in times.windows(most + 1) {
            ensure!(
                stretch[most] - stretch[0] >= per,
                "{} got {} requests within {:?}, from {:?} on, and allows {most} in {per:?}",
                channel.account,
                most + 1,
                stretch[most] - stretch[0],
                stretch[0]
            );
        }
    }
    Ok(())
}

/// A message that every recipient has is sent again only if the gateway was killed before the answer was on the disk.
fn check_repeats(evidence: Evidence<'_>, rows: &DeliveryRows) -> Result<()> {
    let mut of_delivery: BTreeMap<DeliveryName, Vec<&ProviderCall>> = BTreeMap::new();
    for call in evidence.calls {
        for one in &call.notifications {
            of_delivery.entry(name(call, one)).or_default().push(call);
        }
    }
    let is_final = |call: &ProviderCall| {
        let stored = |at| !evidence.disturbances.is_disturbed(at, at + UNTIL_STORED);
        call.accepted_at().is_some_and(stored)
    };
    for (delivery, calls) in &of_delivery {
        let owed = rows.get(delivery).map_or(0, Vec::len);
        let last = calls.iter().enumerate().filter(|(_, call)| is_final(call)).nth(owed.saturating_sub(1));
        let again = last.and_then(|(index, call)| Some((call.accepted_at()?, calls.get(index + 1)?.at)));
        ensure!(again.is_none(), "{delivery:?}, owed {owed} times, was accepted and sent again at {again:?}");
    }
    Ok(())
}

/// A delivery that the ledger calls delivered was confirmed by its provider and shown to people.
fn check_delivered(evidence: Evidence<'_>) -> Result<()> {
    let taken = evidence.calls.iter().filter(|it| it.is_confirmed() && it.is_shown);
    let confirmed: BTreeSet<DeliveryName> =
        taken.flat_map(|call| call.notifications.iter().map(|one| name(call, one))).collect();
    let sql = "SELECT channel, notification, escalated IS NOT NULL FROM deliveries
               WHERE state = 'delivered' AND notification > ?1";
    let mut statement = evidence.ledger.prepare(sql)?;
    let rows = statement
        .query_map([evidence.origin.notifications], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for delivery in rows {
        let delivery: DeliveryName = delivery?;
        ensure!(confirmed.contains(&delivery), "{delivery:?} counts as delivered, and no provider took it");
    }
    Ok(())
}

/// Each channel gets what it is told of one incident in the order in which it came to be: nothing goes
/// before an earlier one, nor while that must still be tried again.
fn check_order(calls: &[ProviderCall], rows: &DeliveryRows, retried: &DeliveryRows) -> Result<()> {
    let mut first_of_last_call: BTreeMap<(&str, u64), i64> = BTreeMap::new();
    for call in calls.iter().filter(|it| it.attempt.only.is_none()) {
        let mut incidents: BTreeMap<u64, (i64, i64)> = BTreeMap::new();
        for one in &call.notifications {
            let number = match rows.get(&name(call, one)).map(Vec::as_slice) {
                Some(_) if retried.contains_key(&name(call, one)) => continue,
                Some([number]) => *number,
                Some(_) => continue, // nobody outside knows which of them it is
                None => anyhow::bail!("{:?} was sent and is not in the ledger", name(call, one)),
            };
            let (_, last) = incidents.entry(one.alert.fingerprint.to_bits()).or_insert((number, number));
            ensure!(*last <= number, "{:?} is out of order on {}", call.ids(), call.channel);
            *last = number;
        }
        for (incident, (first, _)) in incidents {
            let before = first_of_last_call.insert((call.channel, incident), first);
            ensure!(
                before <= Some(first),
                "{before:?} went before {first} on {} at {:?}",
                call.channel,
                call.at
            );
        }
    }
    Ok(())
}
