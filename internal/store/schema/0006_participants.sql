-- Participants are listed in the order in which they came.
ALTER TABLE participants ADD COLUMN added_at INTEGER NOT NULL DEFAULT 0;
