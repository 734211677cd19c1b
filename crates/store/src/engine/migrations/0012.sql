-- The open alarms of a device, for ends that fit none of their own.
ALTER TABLE incidents ADD COLUMN device TEXT;  -- none: nothing but its key finds it

-- Of those that are open already: the EUI without the signs between its digits, or else the name; empty for an alarm
-- of the site. What cannot be read is found by its key only.
UPDATE incidents SET device = (
  SELECT CASE WHEN length(digits) >= 8 AND digits NOT GLOB '*[^0-9a-f]*' THEN digits
              ELSE coalesce(eui, name, '') END
  FROM (
    SELECT lower(trim(json_extract(a.alert, '$.labels.eui'))) AS eui,
           json_extract(a.alert, '$.labels.device') AS name,
           replace(replace(replace(replace(lower(json_extract(a.alert, '$.labels.eui')), ':', ''), '-', ''), '.', ''), ' ', '') AS digits
    FROM alerts a WHERE a.id = incidents.last_alert AND json_valid(a.alert)
  )
);
CREATE INDEX incidents_by_device ON incidents (source, device) WHERE device IS NOT NULL;
