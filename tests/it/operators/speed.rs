//! One alert among very many is explained at once.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

use super::{CONFIG, raise};
use crate::harness::TestGateway;

/// The number of alerts, unless `FANFARE_TEST_ALERTS` says otherwise.
const ALERTS: u32 = 200_000;

/// Of so many alerts one tells somebody; the others are repeats.
const ONE_IN: u32 = 10;

/// Far above the 100 ms that are promised among a million, so that only a search
/// through all of them meets it, also on a busy machine.
const BOUND: Duration = Duration::from_secs(2);

#[test]
fn one_alert_among_very_many_is_explained_at_once() {
    let alerts = std::env::var("FANFARE_TEST_ALERTS").map_or(ALERTS, |it| it.parse().unwrap());
    let mut gateway = TestGateway::start(CONFIG, &["--sandbox"], &[]);
    raise(&gateway, "door", "urgent");
    gateway.until_nothing_is_owed();
    assert_eq!(gateway.run(&["ack", "1", "--by", "Wang"], &[]).code, Some(0));
    gateway.until_nothing_is_owed();
    gateway.terminate_and_wait();
    let site = Arc::clone(gateway.site());
    multiply(&Connection::open(site.path("data/fanfare.sandbox.db")).unwrap(), alerts);

    let gateway = TestGateway::start_at(&site, &["--sandbox"], &[]);
    let middle = alerts / 2 / ONE_IN * ONE_IN + 1;
    for alert in [1, middle, middle + 1, alerts + 1] {
        let started = Instant::now();
        let answer = gateway.get(&format!("/api/v1/alerts/{alert}/explain"));
        let took = started.elapsed();
        assert_eq!((answer.status, answer.json()["id"].as_u64()), (200, Some(alert.into())), "{answer:?}");
        writeln!(std::io::stderr(), "alert {alert} of {alerts} explained in {took:?}").unwrap();
        assert!(took < BOUND, "alert {alert} of {alerts} took {took:?}");
    }
    let told = gateway.get(&format!("/api/v1/alerts/{middle}/explain")).json();
    assert_eq!(told["acknowledgements"][0]["by"], "Wang", "{told}");
}

/// Writes so many more of the only alert there is; one in [`ONE_IN`] with all that it called for.
fn multiply(db: &Connection, alerts: u32) {
    db.execute_batch("PRAGMA synchronous = OFF; BEGIN").unwrap();
    copy(db, "alerts", 1, alerts, &["id", "incident"]);
    for (table, numbers) in [
        ("notifications", &["id", "alert", "incident"][..]),
        ("deliveries", &["id", "notification"]),
        ("attempts", &["delivery"]),
        ("steps", &["id", "notification"]),
        ("acknowledgements", &["id", "incident", "notification", "up_to"]),
    ] {
        copy(db, table, ONE_IN, alerts, numbers);
    }
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

/// Copies the rows of a table for every `step`th alert. `numbers` are shifted, so that
/// whatever belongs together does so in each copy too.
fn copy(db: &Connection, table: &str, step: u32, alerts: u32, numbers: &[&str]) {
    let columns: Vec<String> = db
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let shifted = |column: &String| match numbers.contains(&column.as_str()) {
        true => format!("{column} + shift"),
        false => column.clone(),
    };
    let (names, values) = (columns.join(", "), columns.iter().map(shifted).collect::<Vec<_>>().join(", "));
    db.execute(
        &format!(
            "INSERT INTO {table} ({names})
             WITH RECURSIVE shifts (shift) AS (SELECT {step} UNION ALL SELECT shift + {step} FROM shifts WHERE shift + {step} <= {alerts})
             SELECT {values} FROM shifts CROSS JOIN (SELECT * FROM {table})"
        ),
        [],
    )
    .unwrap();
}
