-- Persons whose data is being removed, or was: only ids and counts.
CREATE TABLE erasures (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, user_id TEXT NOT NULL, scope TEXT NOT NULL, status TEXT NOT NULL,
	removed TEXT, created_at INTEGER NOT NULL, finished_at INTEGER) WITHOUT ROWID;
CREATE INDEX erasures_running ON erasures (id) WHERE status = 'running';

-- Changes that administrators made, and what was refused to them.
CREATE TABLE audit (id TEXT PRIMARY KEY, at INTEGER NOT NULL, token_id TEXT NOT NULL, actor TEXT NOT NULL, address TEXT NOT NULL,
	operation TEXT NOT NULL, bot_id TEXT NOT NULL, subject TEXT NOT NULL, fields TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX audit_bot ON audit (bot_id, id) WHERE bot_id <> '';
