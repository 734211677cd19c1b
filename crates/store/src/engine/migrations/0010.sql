-- The alerts of a fingerprint, in blocks of 1024 instead of 4096. A transaction writes a page of the index for nearly
-- each of its alerts, as fingerprints come in no order: the fewer pages a block has, the more alerts share one.
DROP INDEX alerts_by_fingerprint;
CREATE INDEX alerts_by_fingerprint ON alerts (id / 1024, fingerprint);
