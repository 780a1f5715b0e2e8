-- What makes an event that is told twice one.
ALTER TABLE events ADD COLUMN dedupe_key TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX events_once ON events (bot_id, installation_id, dedupe_key) WHERE dedupe_key <> '';
