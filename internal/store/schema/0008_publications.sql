-- What is published beside integrations, in versions: interfaces and plugins; and the versions of bots.
CREATE TABLE publications (id TEXT PRIMARY KEY, kind TEXT NOT NULL, workspace_id TEXT NOT NULL, name TEXT NOT NULL,
	version TEXT NOT NULL, definition TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
	UNIQUE (kind, workspace_id, name, version)) WITHOUT ROWID;
CREATE INDEX publications_kind ON publications (kind, created_at, id);

-- Events that a bot is told again and again, and when next.
CREATE TABLE recurring_events (bot_id TEXT NOT NULL, name TEXT NOT NULL, cron TEXT NOT NULL, type TEXT NOT NULL,
	payload TEXT NOT NULL, next_at INTEGER NOT NULL, PRIMARY KEY (bot_id, name)) WITHOUT ROWID;
CREATE INDEX recurring_events_due ON recurring_events (next_at);
