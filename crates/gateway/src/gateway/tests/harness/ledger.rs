//! The store's file, read by a connection of its own.

use std::ops::Deref;
use std::path::Path;

use rusqlite::Connection;

use super::GatewayHarness;

/// The store's file, read past the gateway. Its views leave self-alerts out; the tables of `main`
/// hold them too.
pub(super) struct LedgerView(Connection);

impl LedgerView {
    /// Opens the file at `path`.
    pub(super) fn open(path: &Path) -> Self {
        let db = Connection::open(path).unwrap();
        db.execute_batch(
            r#"CREATE TEMP VIEW alerts AS SELECT * FROM main.alerts WHERE instr(alert, '"source":"fanfare"') = 0;
               CREATE TEMP VIEW notifications AS SELECT * FROM main.notifications WHERE alert IN (SELECT id FROM alerts);
               CREATE TEMP VIEW deliveries AS
                 SELECT * FROM main.deliveries WHERE notification IN (SELECT id FROM notifications);
               CREATE TEMP VIEW attempts AS
                 SELECT * FROM main.attempts WHERE delivery IN (SELECT id FROM deliveries);"#,
        )
        .unwrap();
        Self(db)
    }
}

impl Deref for LedgerView {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl GatewayHarness {
    /// The store's file; `main.…` also shows self-alerts.
    pub(in crate::gateway::tests) fn ledger(&self) -> &Connection {
        self.ledger.as_ref().unwrap()
    }

    /// The one number that `sql` selects.
    #[track_caller]
    pub(in crate::gateway::tests) fn query_number(&self, sql: &str) -> i64 {
        self.ledger().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The one text that `sql` selects.
    #[track_caller]
    pub(in crate::gateway::tests) fn query_text(&self, sql: &str) -> String {
        self.ledger().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The number of deliveries in `state`, without those of self-alerts.
    #[track_caller]
    pub(in crate::gateway::tests) fn count_deliveries(&self, state: &str) -> i64 {
        self.query_number(&format!("SELECT count(*) FROM deliveries WHERE state = '{state}'"))
    }
}
