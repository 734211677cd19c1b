-- What is searched or joined stands in columns, and mere repeats are counted instead of inserted.

ALTER TABLE alerts ADD COLUMN source     TEXT    NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN severity   TEXT    NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN status     TEXT    NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN kind       TEXT    NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN ends_at    INTEGER;                     -- when it ends by itself, if its source said so
ALTER TABLE alerts ADD COLUMN last_seen  INTEGER NOT NULL DEFAULT 0;  -- when it, or its last mere repeat, was accepted
ALTER TABLE alerts ADD COLUMN repeats    INTEGER NOT NULL DEFAULT 0;  -- how often it was merely repeated
ALTER TABLE alerts ADD COLUMN repeat_key INTEGER;                     -- by which a mere repeat is known; none: from before repeats were counted
UPDATE alerts SET last_seen = received_at;
UPDATE alerts SET
  source   = coalesce(alert ->> '$.labels.source', ''),
  severity = coalesce(alert ->> '$.severity', ''),
  status   = coalesce(alert ->> '$.status', ''),
  kind     = coalesce(alert ->> '$.kind', '')
WHERE json_valid(alert);
CREATE INDEX alerts_by_fingerprint ON alerts (fingerprint);

ALTER TABLE steps ADD COLUMN fulfilment TEXT;  -- of a step that settles a contract: how
UPDATE steps SET fulfilment = step ->> '$.fulfilment' WHERE json_valid(step);
