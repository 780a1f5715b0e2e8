-- What a call with an idempotency key made. runner is the process that carries out an action, '' once it is done; output is
-- the action's.
CREATE TABLE idempotency_keys (bot_id TEXT NOT NULL, installation_id TEXT NOT NULL, key TEXT NOT NULL, operation TEXT NOT NULL,
	hash BLOB NOT NULL, row_id TEXT NOT NULL, runner TEXT NOT NULL, output TEXT, created_at INTEGER NOT NULL,
	PRIMARY KEY (bot_id, installation_id, key)) WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
