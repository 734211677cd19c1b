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
