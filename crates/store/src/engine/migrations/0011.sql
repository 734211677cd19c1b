-- The lives of the gateway, with which an alert's story tells each restart.
CREATE TABLE lives (
  id       INTEGER PRIMARY KEY,
  began_at INTEGER NOT NULL     -- by the wall clock
) STRICT;
