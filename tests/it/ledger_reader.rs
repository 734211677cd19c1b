//! The ledger, read on its own.

use std::path::Path;

use rusqlite::Connection;

/// The file of a store, read past the gateway and its code.
#[derive(Debug)]
pub(crate) struct LedgerReader(Connection);

impl LedgerReader {
    /// Opens the file at `path`.
    #[track_caller]
    pub(crate) fn open(path: &Path) -> Self {
        Self(Connection::open(path).unwrap())
    }

    /// The one number that `sql` asks for.
    #[track_caller]
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.0.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The texts that `sql` asks for.
    #[track_caller]
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let mut statement = self.0.prepare(sql).unwrap();
        let texts = statement.query_map([], |row| row.get(0)).unwrap();
        texts.collect::<Result<_, _>>().unwrap()
    }

    /// Changes whenever the file does.
    pub(crate) fn version(&self) -> i64 {
        self.0.pragma_query_value(None, "data_version", |row| row.get(0)).unwrap()
    }

    /// Accepted = delivered + suppressed + pending + dead, for each alert by itself.
    #[track_caller]
    pub(crate) fn balance(&self) {
        let found = |what: &str, sql: &str| {
            let ids = self.texts(sql);
            assert!(ids.is_empty(), "{what}: {ids:?}");
        };
        found(
            "alerts of which somebody was neither told nor held",
            "SELECT CAST(a.id AS TEXT) FROM alerts a
             WHERE a.decided > (SELECT count(*) FROM notifications n WHERE n.alert = a.id AND n.acknowledgement IS NULL)
                             + json_array_length(coalesce(a.held, '[]'))",
        );
        found(
            "notifications owed to fewer channels than at first",
            "SELECT CAST(n.id AS TEXT) FROM notifications n
             WHERE n.owed > (SELECT count(*) FROM deliveries d WHERE d.notification = n.id)",
        );
        found(
            "deliveries that ended without a reason",
            "SELECT CAST(id AS TEXT) FROM deliveries WHERE state IN ('dead', 'discarded') AND coalesce(reason, '') = ''",
        );
        found(
            "deliveries in no state there is",
            "SELECT CAST(id AS TEXT) FROM deliveries WHERE state NOT IN ('pending', 'delivered', 'dead', 'discarded')",
        );
        found(
            "deliveries of which nobody said that they were taken",
            "SELECT CAST(d.id AS TEXT) FROM deliveries d WHERE d.state = 'delivered' AND NOT EXISTS
               (SELECT 1 FROM attempts a WHERE a.delivery = d.id AND a.outcome IN ('delivered', 'partial'))",
        );
        found(
            "promises that nobody follows up",
            "SELECT CAST(n.id AS TEXT) FROM notifications n
             WHERE n.terms IS NOT NULL AND n.fulfilment IN ('open', 'broken') AND n.look_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.id AND d.state = 'pending')",
        );
        found(
            "rungs that were climbed twice",
            "SELECT CAST(notification AS TEXT) FROM steps
             WHERE step ->> 'step' IN ('climb', 'skip') GROUP BY notification, step ->> 'rung' HAVING count(*) > 1",
        );
    }
}
