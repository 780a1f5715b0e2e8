CREATE TABLE tables (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, name TEXT NOT NULL, factor INTEGER NOT NULL, frozen BOOLEAN NOT NULL,
	key_column TEXT NOT NULL, columns TEXT NOT NULL, tags TEXT NOT NULL, compute BOOLEAN NOT NULL, last_row INTEGER NOT NULL,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (bot_id, name)) WITHOUT ROWID;

CREATE TABLE table_rows (table_id TEXT NOT NULL, id INTEGER NOT NULL, data TEXT NOT NULL, key_value TEXT,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (table_id, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX table_rows_key ON table_rows (table_id, key_value) WHERE key_value IS NOT NULL;
