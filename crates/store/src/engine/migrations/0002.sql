-- Contracts, escalation, acknowledgement, digests, and the record of what was decided.

-- With this key acknowledgement links are signed. Random; made when first needed.
ALTER TABLE instance ADD COLUMN ack_key BLOB;

-- Every policy alerts were ever decided by.
CREATE TABLE policies (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  since  INTEGER NOT NULL,
  until  INTEGER,                 -- when another took its place; none: it decides now
  policy TEXT    NOT NULL UNIQUE  -- JSON
) STRICT;

ALTER TABLE alerts ADD COLUMN policy  INTEGER;  -- by which it was decided
ALTER TABLE alerts ADD COLUMN decided INTEGER;  -- how many receivers were decided about: told and held together

ALTER TABLE incidents ADD COLUMN acknowledged TEXT;  -- JSON: by, at

ALTER TABLE notifications ADD COLUMN incident        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN route           TEXT;     -- the route that pointed at the receiver
ALTER TABLE notifications ADD COLUMN owed            INTEGER;  -- on how many channels at first
ALTER TABLE notifications ADD COLUMN terms           TEXT;     -- JSON; none: its deliveries, together and at leisure
ALTER TABLE notifications ADD COLUMN asks            INTEGER NOT NULL DEFAULT 0;  -- 1: somebody should acknowledge it
ALTER TABLE notifications ADD COLUMN acknowledgement TEXT;     -- JSON: by, at; of a notification that tells of one
ALTER TABLE notifications ADD COLUMN fulfilment      TEXT    NOT NULL DEFAULT 'open';
ALTER TABLE notifications ADD COLUMN climbed         INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN look_at         INTEGER;  -- when something is due even if nothing happens
ALTER TABLE notifications ADD COLUMN dealt_with      TEXT;     -- retried, discarded: what a person did about an abandoned one
UPDATE notifications SET incident = coalesce((SELECT a.incident FROM alerts a WHERE a.id = notifications.alert), 0);
UPDATE notifications SET fulfilment = 'abandoned' WHERE id IN (SELECT notification FROM deliveries WHERE state = 'dead');
CREATE INDEX notifications_by_incident ON notifications (incident);
CREATE INDEX notifications_watched ON notifications (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX notifications_abandoned ON notifications (id) WHERE fulfilment = 'abandoned' AND dealt_with IS NULL;

ALTER TABLE deliveries ADD COLUMN called_at INTEGER;  -- none: with its notification
ALTER TABLE deliveries ADD COLUMN escalated TEXT;     -- delivered, acknowledged, resolved: the rung's `unless`
ALTER TABLE deliveries ADD COLUMN digest    INTEGER;  -- pending: the digest it went out in, to be repeated as it was
-- A state may now also be `discarded`: it was dead, and a person has dealt with it.
DROP INDEX deliveries_dead;
CREATE INDEX deliveries_dead ON deliveries (notification) WHERE state = 'dead';
CREATE INDEX deliveries_by_digest ON deliveries (digest) WHERE digest IS NOT NULL;

CREATE TABLE digests (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX digests_by_age ON digests (made_at);

-- What was done about a notification, and why.
CREATE TABLE steps (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  notification INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  step         TEXT    NOT NULL  -- JSON
) STRICT;
CREATE INDEX steps_by_notification ON steps (notification);

CREATE TABLE acknowledgements (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  incident     INTEGER NOT NULL,
  notification INTEGER NOT NULL,  -- whose link was followed
  up_to        INTEGER NOT NULL,  -- the newest notification of the incident then; later ones are not covered
  by           TEXT    NOT NULL,
  at           INTEGER NOT NULL
) STRICT;
CREATE INDEX acknowledgements_by_incident ON acknowledgements (incident);

-- How many messages went out in a day or a month.
CREATE TABLE usage (
  pool     TEXT    NOT NULL,
  period   TEXT    NOT NULL,
  messages INTEGER NOT NULL,
  used_at  INTEGER NOT NULL,  -- last
  PRIMARY KEY (pool, period)
) STRICT, WITHOUT ROWID;

-- What is known of a channel beyond its deliveries.
CREATE TABLE channels (
  name       TEXT PRIMARY KEY,
  proven_at  INTEGER,  -- its provider last took a message
  drilled_at INTEGER   -- the last drill began
) STRICT, WITHOUT ROWID;
