-- The newest alarm of a fingerprint is found without an index entry for each alert: the one that was last
-- told stands in `incidents`, and this index has those that told somebody nothing.
DROP INDEX alerts_by_fingerprint;
CREATE INDEX alerts_untold ON alerts (fingerprint)
  WHERE repeat_key IS NOT NULL AND (status = 'resolved' OR held IS NOT NULL);
