-- The reasons for which nobody was told of the last mere repeat, as JSON; none of one from before they were kept.
ALTER TABLE alerts ADD COLUMN repeat_reasons TEXT;
