-- The schema of a new store: what the migrations make of an older one, in one piece.
-- Times are UTC milliseconds since 1970. Ids are never reused (AUTOINCREMENT).

-- One row: the name that tells this store from any other, for idempotency keys.
CREATE TABLE instance (
  id      TEXT NOT NULL,
  ack_key BLOB            -- signs acknowledgement links; random, made when first needed
);

-- Every alert that was answered 2xx.
CREATE TABLE alerts (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at    INTEGER NOT NULL,
  fingerprint    INTEGER NOT NULL,
  incident       INTEGER NOT NULL,                  -- the first alert of its incident
  since          INTEGER NOT NULL,                  -- when the incident began
  alert          TEXT NOT NULL,                     -- JSON
  held           TEXT,                              -- JSON: receivers that were not told, and why
  policy         INTEGER,                           -- by which it was decided
  decided        INTEGER,                           -- how many receivers were decided about: told and held together
  source         TEXT NOT NULL DEFAULT '',
  severity       TEXT NOT NULL DEFAULT '',
  status         TEXT NOT NULL DEFAULT '',
  kind           TEXT NOT NULL DEFAULT '',
  ends_at        INTEGER,                           -- when it ends by itself, if its source said so
  last_seen      INTEGER NOT NULL DEFAULT 0,        -- when it, or its last mere repeat, was accepted
  repeats        INTEGER NOT NULL DEFAULT 0,        -- how often it was merely repeated
  repeat_key     INTEGER,                           -- by which a mere repeat is known; none: from before repeats were counted
  repeat_reasons TEXT,                              -- JSON: the reasons for which nobody was told of the last mere repeat
  certain_lead   INTEGER NOT NULL DEFAULT 0,        -- of the time that has passed for certain over the wall clock, with last_seen
  identity       BLOB                               -- of the fingerprint: 16 bytes of SHA-256; none: from before identities were kept
) STRICT;
-- The entries of each 1024 alerts in a row stand side by side: fingerprints come in no order.
CREATE INDEX alerts_by_fingerprint ON alerts (id / 1024, fingerprint);
CREATE INDEX alerts_untold ON alerts (fingerprint) WHERE repeat_key IS NOT NULL AND (status = 'resolved' OR held IS NOT NULL);

-- The things that fire, by source and identity, and what was last told of each.
CREATE TABLE incidents (
  fingerprint  INTEGER NOT NULL,
  source       TEXT NOT NULL,
  identity     BLOB NOT NULL,       -- 16 bytes of SHA-256; empty: began before identities were kept
  first_alert  INTEGER NOT NULL,
  last_alert   INTEGER NOT NULL,    -- the newest one that somebody was told of
  since        INTEGER NOT NULL,
  told         TEXT NOT NULL,       -- JSON: receiver, severity, at
  acknowledged TEXT,                -- JSON: by, at
  device       TEXT,                -- by which ends find it that fit no alarm of their own; none: nothing but its key does
  PRIMARY KEY (fingerprint, source, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_by_device ON incidents (source, device) WHERE device IS NOT NULL;

-- The notifications: to each receiver, once, one or more alerts.
CREATE TABLE notifications (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  alert           INTEGER NOT NULL,
  receiver        TEXT NOT NULL,
  why             TEXT NOT NULL,                     -- JSON
  owed_at         INTEGER NOT NULL,
  incident        INTEGER NOT NULL DEFAULT 0,
  route           TEXT,                              -- the route that pointed at the receiver
  owed            INTEGER,                           -- on how many channels at first
  terms           TEXT,                              -- JSON; none: its deliveries, together and at leisure
  asks            INTEGER NOT NULL DEFAULT 0,        -- 1: somebody should acknowledge it
  acknowledgement TEXT,                              -- JSON: by, at; of a notification that tells of one
  fulfilment      TEXT NOT NULL DEFAULT 'open',
  climbed         INTEGER NOT NULL DEFAULT 0,
  look_at         INTEGER,                           -- when something is due even if nothing happens
  dealt_with      TEXT,                              -- retried, discarded: what a person did about an abandoned one
  group_key       INTEGER NOT NULL DEFAULT 0,
  alert_count     INTEGER NOT NULL DEFAULT 1,        -- of `alert` and the rows of notification_alerts
  promise_lead    INTEGER NOT NULL DEFAULT 0,        -- of the two time scales over the wall clock, with owed_at, look_at, called_at
  certain_lead    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX notifications_by_alert ON notifications (alert);
CREATE INDEX notifications_by_incident ON notifications (incident);
CREATE INDEX notifications_watched ON notifications (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX notifications_abandoned ON notifications (id) WHERE fulfilment = 'abandoned' AND dealt_with IS NULL;
CREATE INDEX notifications_abandoned_by_receiver ON notifications (receiver) WHERE fulfilment = 'abandoned' AND dealt_with IS NULL;

-- The deliveries: each notification owed to one channel.
CREATE TABLE deliveries (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  notification INTEGER NOT NULL,
  channel      TEXT NOT NULL,
  severity     TEXT NOT NULL,
  state        TEXT NOT NULL DEFAULT 'pending',   -- pending, delivered, dead; discarded: was dead, and a person has dealt with it
  next_at      INTEGER NOT NULL,                  -- pending: not before then
  attempts     INTEGER NOT NULL DEFAULT 0,
  failures     INTEGER NOT NULL DEFAULT 0,
  form         TEXT NOT NULL DEFAULT 'full',
  only_to      TEXT,                              -- JSON: the recipients still owed
  settled_at   INTEGER,
  reason       TEXT,                              -- the last answer, or why it is dead
  called_at    INTEGER,                           -- none: with its notification
  escalated    TEXT,                              -- delivered, acknowledged, resolved: the rung's `unless`
  digest       INTEGER                            -- pending: the digest it went out in, to be repeated as it was
) STRICT;
CREATE INDEX deliveries_by_notification ON deliveries (notification);
CREATE INDEX deliveries_pending ON deliveries (channel) WHERE state = 'pending';
CREATE INDEX deliveries_settled ON deliveries (state, channel) WHERE state <> 'pending';
CREATE INDEX deliveries_dead ON deliveries (notification, id, settled_at) WHERE state = 'dead';
CREATE INDEX deliveries_dead_by_channel ON deliveries (channel, notification, id, settled_at) WHERE state = 'dead';
CREATE INDEX deliveries_by_digest ON deliveries (digest) WHERE digest IS NOT NULL;

-- One row for each try, with the provider's answer.
CREATE TABLE attempts (
  delivery   INTEGER NOT NULL,
  ordinal    INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL,
  outcome    TEXT NOT NULL,
  words      TEXT NOT NULL,
  PRIMARY KEY (delivery, ordinal)
) STRICT, WITHOUT ROWID;

-- The sends that spend an account's budget: written before the provider is asked, so that no crash forgets it.
CREATE TABLE sends (
  id         INTEGER PRIMARY KEY,
  account    TEXT NOT NULL,
  delivery   INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT;

-- Accounts that must be silent for a while.
CREATE TABLE holds (
  account TEXT PRIMARY KEY,
  since   INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  reason  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every policy alerts were ever decided by.
CREATE TABLE policies (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  since  INTEGER NOT NULL,
  until  INTEGER,                           -- when another took its place; none: it decides now
  policy TEXT NOT NULL UNIQUE               -- JSON
) STRICT;

-- The messages that carry several deliveries.
CREATE TABLE digests (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX digests_by_age ON digests (made_at);

-- The steps taken for a notification, with their reasons.
CREATE TABLE steps (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  notification INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  step         TEXT NOT NULL,                     -- JSON
  fulfilment   TEXT                               -- of a step that settles a contract: how
) STRICT;
CREATE INDEX steps_by_notification ON steps (notification);

-- The acknowledgements by persons.
CREATE TABLE acknowledgements (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  incident     INTEGER NOT NULL,
  notification INTEGER NOT NULL,                  -- whose link was followed
  up_to        INTEGER NOT NULL,                  -- the newest notification of the incident then; later ones are not covered
  by           TEXT NOT NULL,
  at           INTEGER NOT NULL
) STRICT;
CREATE INDEX acknowledgements_by_incident ON acknowledgements (incident);

-- The number of messages in a day or a month.
CREATE TABLE usage (
  pool     TEXT NOT NULL,
  period   TEXT NOT NULL,
  messages INTEGER NOT NULL,
  used_at  INTEGER NOT NULL,  -- last
  PRIMARY KEY (pool, period)
) STRICT, WITHOUT ROWID;

-- The state of a channel beyond its deliveries.
CREATE TABLE channels (
  name       TEXT PRIMARY KEY,
  proven_at  INTEGER,          -- its provider last took a message
  drilled_at INTEGER,          -- the last drill began
  drilled_lead INTEGER NOT NULL DEFAULT 0  -- of the scale of promises over the wall clock, with drilled_at
) STRICT, WITHOUT ROWID;

-- The newest times that a life of the gateway has seen; at most one row.
CREATE TABLE heartbeat (
  boot_id    TEXT NOT NULL,     -- names the run of the machine
  since_boot INTEGER NOT NULL,  -- milliseconds since its start
  wall       INTEGER NOT NULL,
  promise    INTEGER NOT NULL,  -- on the scale of what is owed: next_at of deliveries, `told` of incidents
  certain    INTEGER NOT NULL   -- on the scale of what has passed for certain: sends, holds, usage, policies
) STRICT;

-- The alerts of a notification beside that of its own row.
CREATE TABLE notification_alerts (
  notification INTEGER NOT NULL,
  position     INTEGER NOT NULL,        -- from 1, in the order in which they are told
  alert        INTEGER NOT NULL,
  PRIMARY KEY (notification, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_alerts_by_alert ON notification_alerts (alert);

-- The lives of the gateway, the last hundred, with which an alert's story tells each restart.
CREATE TABLE lives (
  id       INTEGER PRIMARY KEY,
  began_at INTEGER NOT NULL     -- by the wall clock
) STRICT;

-- The heartbeats that are expected, those that a pattern has learned too, and their times when a life was stopped.
CREATE TABLE expected_heartbeats (
  source        TEXT NOT NULL,
  name          TEXT NOT NULL,     -- empty: any alert of the source is one
  saved_at      INTEGER,           -- all three by the scale of promises; none while a life runs, or was cut off
  due_at        INTEGER,
  has_extension INTEGER,           -- 1: an absence has been made up for since it was last heard
  PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID;

-- The answers to requests with an `Idempotency-Key`, which are given again for a day.
CREATE TABLE answers (
  source TEXT NOT NULL,
  key    TEXT NOT NULL,     -- a digest of the key
  body   TEXT NOT NULL,     -- a digest of the request's body
  answer TEXT NOT NULL,     -- JSON
  at     INTEGER NOT NULL,  -- by the scale of what has passed for certain
  PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (at);
