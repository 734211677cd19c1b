-- Time that passes whatever the wall clock is set to. Until now nobody knew better than the wall clock: no lead.

-- The newest times that a life of the gateway has seen; at most one row.
CREATE TABLE heartbeat (
  boot_id    TEXT    NOT NULL,  -- names the run of the machine
  since_boot INTEGER NOT NULL,  -- milliseconds since its start
  wall       INTEGER NOT NULL,
  promise    INTEGER NOT NULL,  -- on the scale of what is owed: next_at of deliveries, `told` of incidents
  certain    INTEGER NOT NULL   -- on the scale of what has passed for certain: sends, holds, usage, policies
) STRICT;

-- The leads of the two scales over the wall clock, in milliseconds, when a time was written by the wall clock.
ALTER TABLE alerts        ADD COLUMN certain_lead INTEGER NOT NULL DEFAULT 0;  -- with last_seen
ALTER TABLE notifications ADD COLUMN promise_lead INTEGER NOT NULL DEFAULT 0;  -- with owed_at, look_at, called_at
ALTER TABLE notifications ADD COLUMN certain_lead INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels      ADD COLUMN drilled_lead INTEGER NOT NULL DEFAULT 0;  -- of promises, with drilled_at

-- What is old is found in the order of the numbers.
DROP INDEX alerts_by_age;
