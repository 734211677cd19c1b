//! Laws of contracts, ladders and acknowledgements.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use fanfare_core::Status;
use rusqlite::Connection;

use super::evidence::Evidence;
use crate::promises::{Promise, PromiseBook};
use crate::providers::ProviderCall;
use crate::time::SECOND;

/// The time by which a rung may be late while nothing disturbs the gateway.
const PUNCTUAL: Duration = SECOND.saturating_mul(5);

/// Every rung whose time has come is climbed, or skipped for its reason. `available_since` is the time
/// since which the gateway has run undisturbed.
pub(crate) fn check_rungs(
    ledger: &Connection,
    book: &PromiseBook,
    now: Duration,
    available_since: Duration,
) -> Result<()> {
    if now < available_since + PUNCTUAL {
        return Ok(());
    }
    let mut dealt_with =
        ledger.prepare_cached("SELECT climbed, dealt_with FROM notifications WHERE id = ?1")?;
    let is_certain = |it: &&Promise| it.status == Status::Firing && book.is_certain_since(it.made_at);
    for promise in book.promises().iter().filter(is_certain) {
        let due = |it: &&fanfare_core::Rung| promise.made_at + it.after.0 + PUNCTUAL <= now;
        let rungs = promise.terms.escalate.iter().filter(due).count();
        if rungs == 0 {
            continue;
        }
        let (climbed, by_person): (i64, Option<String>) =
            dealt_with.query_row([promise.notification.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        ensure!(
            climbed >= i64::try_from(rungs)? || by_person.is_some(),
            "the rung {climbed} of {} is late: {:?} since {:?}",
            promise.notification,
            promise.terms,
            promise.made_at
        );
    }
    Ok(())
}

/// Once somebody has acknowledged an incident no rung is climbed that an acknowledgement makes needless.
pub(crate) fn check_acknowledgements(ledger: &Connection, promises: &[Promise]) -> Result<()> {
    let mut climbs = ledger.prepare_cached(
        "SELECT count(*) FROM steps WHERE notification = ?1 AND id > ?2 AND step ->> 'step' = 'climb'
           AND step ->> 'unless' <> 'resolved'",
    )?;
    for promise in promises {
        let Some(step) = promise.acknowledged_after_step else { continue };
        let climbed: i64 = climbs.query_row([promise.notification.0, step], |row| row.get(0))?;
        ensure!(climbed == 0, "{} was acknowledged, and its ladder climbed on", promise.notification);
    }
    Ok(())
}

/// Contracts are kept if enough channels confirmed in time, and only then.
pub(crate) fn check_contracts(evidence: Evidence<'_>) -> Result<()> {
    let Evidence { ledger, calls, disturbances, book, .. } = evidence;
    let mut status = ledger
        .prepare_cached("SELECT fulfilment, dealt_with IS NOT NULL FROM notifications WHERE id = ?1")?;
    let mut abandoned = ledger.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM steps WHERE notification = ?1 AND step ->> 'fulfilment' = 'abandoned')",
    )?;
    let is_certain = |it: &&Promise| it.terms.needs_recheck() && book.is_certain_since(it.made_at);
    for promise in book.promises().iter().filter(is_certain) {
        let told: Vec<_> = calls
            .iter()
            .filter(|it| it.notifications.iter().any(|one| one.id == promise.notification))
            .collect();
        let deadline = promise.terms.contract.within.map(|it| promise.made_at + it.0);
        let (word, by_person): (String, bool) =
            status.query_row([promise.notification.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if by_person {
            continue;
        }
        let is_before = |at: Duration| deadline.is_none_or(|it| at < it);
        let distinct = |counts: &dyn Fn(&ProviderCall) -> bool| {
            told.iter().filter(|it| counts(it)).map(|it| it.channel).collect::<BTreeSet<_>>().len()
        };
        let shown = distinct(&|it| it.is_shown && is_before(it.at));
        ensure!(
            word != "kept" || shown >= promise.terms.needed(),
            "{} counts as kept, and people saw it in time on {shown} channels: {:?}",
            promise.notification,
            promise.terms
        );
        let surely = |it: &ProviderCall| {
            it.attempt.only.is_none()
                && it.accepted_at().is_some_and(|at| {
                    is_before(at + SECOND) && !disturbances.is_disturbed(at, at + 2 * SECOND)
                })
        };
        let confirmed = distinct(&surely);
        // Given up because nobody was left who could confirm, it stays so, whoever confirms then.
        let was_abandoned: bool = abandoned.query_row([promise.notification.0], |row| row.get(0))?;
        let may_be_late = deadline.is_none() || was_abandoned;
        let expected: &[&str] = if may_be_late { &["kept", "late"] } else { &["kept"] };
        ensure!(
            confirmed < promise.terms.needed() || expected.contains(&word.as_str()),
            "{} is {word}, and {confirmed} channels confirmed it in time: {:?} since {:?}",
            promise.notification,
            promise.terms,
            promise.made_at
        );
    }
    Ok(())
}
