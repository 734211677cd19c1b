-- Times are UTC milliseconds since 1970. Ids are never reused (AUTOINCREMENT).

-- One row: what tells this store from any other, for idempotency keys.
CREATE TABLE instance (id TEXT NOT NULL);

-- Every alert that was answered 2xx.
CREATE TABLE alerts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  incident    INTEGER NOT NULL,  -- the first alert of its incident
  since       INTEGER NOT NULL,  -- when the incident began
  alert       TEXT    NOT NULL,  -- JSON
  held        TEXT               -- JSON: receivers that were not told, and why
) STRICT;
CREATE INDEX alerts_by_age ON alerts (received_at);  -- or forgetting would read the whole file

-- What fires now, and what was last said about it.
CREATE TABLE incidents (
  fingerprint INTEGER PRIMARY KEY,
  first_alert INTEGER NOT NULL,
  last_alert  INTEGER NOT NULL,  -- the newest one that somebody was told of
  since       INTEGER NOT NULL,
  told        TEXT    NOT NULL   -- JSON: receiver, severity, at
) STRICT;

CREATE TABLE notifications (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  alert       INTEGER NOT NULL,
  receiver    TEXT    NOT NULL,
  why         TEXT    NOT NULL,  -- JSON
  owed_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX notifications_by_alert ON notifications (alert);

CREATE TABLE deliveries (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  notification INTEGER NOT NULL,
  channel      TEXT    NOT NULL,
  severity     TEXT    NOT NULL,
  state        TEXT    NOT NULL DEFAULT 'pending',  -- pending, delivered, dead
  next_at      INTEGER NOT NULL,                    -- pending: not before then
  attempts     INTEGER NOT NULL DEFAULT 0,
  failures     INTEGER NOT NULL DEFAULT 0,
  form         TEXT    NOT NULL DEFAULT 'full',
  only_to      TEXT,                                -- JSON: the recipients still owed
  settled_at   INTEGER,
  reason       TEXT                                 -- the last answer, or why it is dead
) STRICT;
CREATE INDEX deliveries_by_notification ON deliveries (notification);
CREATE INDEX deliveries_pending ON deliveries (id) WHERE state = 'pending';
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';

-- One row for each try, with the provider's answer.
CREATE TABLE attempts (
  delivery   INTEGER NOT NULL,
  ordinal    INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL,
  outcome    TEXT    NOT NULL,
  words      TEXT    NOT NULL,
  PRIMARY KEY (delivery, ordinal)
) STRICT, WITHOUT ROWID;

-- What of an account's budget is spent: written before the provider is asked,
-- so that no crash forgets it.
CREATE TABLE sends (
  id       INTEGER PRIMARY KEY,
  account  TEXT    NOT NULL,
  delivery INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

-- Accounts that must be silent for a while.
CREATE TABLE holds (
  account TEXT PRIMARY KEY,
  since   INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  reason  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
