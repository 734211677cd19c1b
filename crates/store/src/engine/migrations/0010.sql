-- The alerts of a fingerprint. Fingerprints come in no order, so the entries of each 1024 alerts in a row stand side by
-- side: an entry that stood among those of all alerts would be one more page to write for each alert. Some stores of
-- version 9 have the index with 4096 alerts in a row, whose entries fill more pages.
DROP INDEX IF EXISTS alerts_by_fingerprint;
CREATE INDEX alerts_by_fingerprint ON alerts (id / 1024, fingerprint);
