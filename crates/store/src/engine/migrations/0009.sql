-- Lists are found by indexes, whatever they are asked for.

-- The alerts of a fingerprint. The entries of each 4096 alerts in a row stand side by side, since fingerprints come in
-- no order: an entry that stood among those of all alerts would be one more page to write for each.
CREATE INDEX alerts_by_fingerprint ON alerts (id / 4096, fingerprint);

-- The deliveries on a channel, in a state, or both.
DROP INDEX deliveries_pending;
CREATE INDEX deliveries_pending ON deliveries (channel) WHERE state = 'pending';
CREATE INDEX deliveries_settled ON deliveries (state, channel) WHERE state <> 'pending';

-- The dead letters, with what they are chosen by.
DROP INDEX deliveries_dead;
CREATE INDEX deliveries_dead ON deliveries (notification, id, settled_at) WHERE state = 'dead';
CREATE INDEX deliveries_dead_by_channel ON deliveries (channel, notification, id, settled_at) WHERE state = 'dead';
CREATE INDEX notifications_abandoned_by_receiver ON notifications (receiver) WHERE fulfilment = 'abandoned' AND dealt_with IS NULL;
