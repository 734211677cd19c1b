-- An incident is known by its source and by what that source identifies, both compared as such: the fingerprint is a
-- checksum, for which another source can compute a second text.

ALTER TABLE alerts ADD COLUMN identity BLOB;  -- 16 bytes of SHA-256; none: from before identities were kept

CREATE TABLE incidents_by_identity (
  fingerprint  INTEGER NOT NULL,
  source       TEXT    NOT NULL,
  identity     BLOB    NOT NULL,  -- 16 bytes of SHA-256; empty: began before identities were kept
  first_alert  INTEGER NOT NULL,
  last_alert   INTEGER NOT NULL,
  since        INTEGER NOT NULL,
  told         TEXT    NOT NULL,
  acknowledged TEXT,
  PRIMARY KEY (fingerprint, source, identity)
) STRICT, WITHOUT ROWID;
INSERT INTO incidents_by_identity
  SELECT i.fingerprint, coalesce((SELECT a.source FROM alerts a WHERE a.id = i.first_alert), ''), x'',
         i.first_alert, i.last_alert, i.since, i.told, i.acknowledged
  FROM incidents i;
DROP TABLE incidents;
ALTER TABLE incidents_by_identity RENAME TO incidents;
