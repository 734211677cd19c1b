-- A notification tells of a group of alerts.

ALTER TABLE notifications ADD COLUMN group_key   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN alert_count INTEGER NOT NULL DEFAULT 1;  -- of `alert` and the rows of notification_alerts
UPDATE notifications SET group_key = coalesce((SELECT a.fingerprint FROM alerts a WHERE a.id = notifications.alert), 0);

-- The alerts of a notification beside that of its own row.
CREATE TABLE notification_alerts (
  notification INTEGER NOT NULL,
  position     INTEGER NOT NULL,  -- from 1, in the order in which they are told
  alert        INTEGER NOT NULL,
  PRIMARY KEY (notification, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_alerts_by_alert ON notification_alerts (alert);
