-- Code that was uploaded to run here: of an integration version or a bot.
CREATE TABLE code (owner TEXT PRIMARY KEY, hash TEXT NOT NULL, source TEXT NOT NULL, updated_at INTEGER NOT NULL);
ALTER TABLE bots ADD COLUMN deployment TEXT NOT NULL DEFAULT '';
ALTER TABLE integrations ADD COLUMN deployment TEXT NOT NULL DEFAULT '';
