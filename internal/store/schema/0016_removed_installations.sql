-- Installations that were removed: the same integration under the same alias gets its id back, and with it what is its.
CREATE TABLE removed_installations (bot_id TEXT NOT NULL, alias TEXT NOT NULL, integration TEXT NOT NULL, id TEXT NOT NULL,
	removed_at INTEGER NOT NULL, PRIMARY KEY (bot_id, alias, integration)) WITHOUT ROWID;
CREATE UNIQUE INDEX removed_installations_id ON removed_installations (id);
