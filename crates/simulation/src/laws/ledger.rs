//! Laws of the ledger at every moment, in plain SQL.

use anyhow::{Result, ensure};
use rusqlite::Connection;

use super::evidence::{LedgerOrigin, number};

/// Laws, each with a query that counts what breaks it.
const LAWS: [(&str, &str); 9] = [
    (
        "each decision has a notification or a suppression",
        "SELECT count(*) FROM alerts a WHERE a.decided <> coalesce(json_array_length(a.held), 0)
           + (SELECT count(*) FROM notifications n WHERE n.alert = a.id AND n.acknowledgement IS NULL)",
    ),
    (
        "each notification has a delivery on each of its first channels",
        "SELECT count(*) FROM notifications n
         WHERE n.owed > (SELECT count(*) FROM deliveries d WHERE d.notification = n.id)",
    ),
    (
        "each delivery is delivered, pending, or given up with its reason",
        "SELECT count(*) FROM deliveries WHERE state NOT IN ('delivered', 'pending')
           AND NOT (state IN ('dead', 'discarded') AND coalesce(reason, '') <> '')",
    ),
    (
        "each delivered delivery has an attempt that a provider accepted",
        "SELECT count(*) FROM deliveries d WHERE d.state = 'delivered' AND NOT EXISTS
           (SELECT 1 FROM attempts a WHERE a.delivery = d.id AND a.outcome IN ('delivered', 'partial'))",
    ),
    (
        "each contract is kept, late, abandoned, has a time to check it, or a pending delivery",
        "SELECT count(*) FROM notifications n
         WHERE n.terms IS NOT NULL AND n.fulfilment NOT IN ('kept', 'late', 'abandoned') AND n.look_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.id AND d.state = 'pending')",
    ),
    (
        "each notification on plain terms with a dead delivery is abandoned",
        "SELECT count(*) FROM notifications n
         WHERE n.terms IS NULL AND n.fulfilment <> 'abandoned'
           AND EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.id AND d.state = 'dead')",
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
           (SELECT 1 FROM deliveries d WHERE d.notification = s.notification AND d.channel = c.value
              AND d.escalated IS NOT NULL)",
    ),
];

/// Accepted alerts, each mere repeat counted, that sources other than the gateway itself sent.
const ACCEPTED: &str = "SELECT coalesce(sum(1 + repeats), 0) FROM alerts WHERE id > ?1 AND instr(alert, '\"source\":\"fanfare\"') = 0";

/// Checks the laws of the ledger, and that it holds every alert that was accepted.
pub(crate) fn check_ledger(ledger: &Connection, origin: LedgerOrigin, accepted: u64) -> Result<()> {
    for (law, violations) in LAWS {
        let broken = number(ledger, violations)?;
        ensure!(broken == 0, "{law}: {broken} times not");
    }
    let kept: i64 = ledger.prepare_cached(ACCEPTED)?.query_row([origin.alerts], |row| row.get(0))?;
    let accepted = i64::try_from(accepted)?;
    ensure!(kept >= accepted, "{accepted} alerts were accepted, and {kept} are in the ledger");
    Ok(())
}

/// The deliveries, attempts and steps as text, for a comparison of two runs.
pub(crate) fn dump(ledger: &Connection) -> Result<Vec<String>> {
    let queries = [
        "SELECT 'delivery ' || id || ' ' || notification || ' ' || channel || ' ' || state || ' ' || attempts FROM deliveries ORDER BY id",
        "SELECT 'attempt ' || delivery || ' ' || ordinal || ' ' || started_at || ' ' || ended_at || ' ' || outcome FROM attempts ORDER BY 1",
        "SELECT 'step ' || id || ' ' || notification || ' ' || at || ' ' || step FROM steps ORDER BY id",
    ];
    let mut lines = Vec::new();
    for sql in queries {
        let mut statement = ledger.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        for row in rows {
            lines.push(row?);
        }
    }
    Ok(lines)
}
