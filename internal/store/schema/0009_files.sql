CREATE TABLE files (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, installation_id TEXT NOT NULL, key TEXT NOT NULL,
	content_type TEXT NOT NULL, size INTEGER NOT NULL, hash TEXT NOT NULL, upload TEXT NOT NULL, tags TEXT NOT NULL, metadata TEXT,
	policies TEXT NOT NULL, indexed BOOLEAN NOT NULL, status TEXT NOT NULL, status_reason TEXT NOT NULL, expires_at INTEGER,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (bot_id, installation_id, key)) WITHOUT ROWID;
CREATE INDEX files_bot ON files (bot_id, created_at, id);
CREATE INDEX files_hash ON files (hash);
CREATE INDEX files_expiry ON files (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX files_pending ON files (updated_at) WHERE status = 'upload_pending';

CREATE TABLE file_passages (file_id TEXT NOT NULL, position INTEGER NOT NULL, bot_id TEXT NOT NULL, kind TEXT NOT NULL,
	content TEXT NOT NULL, words INTEGER NOT NULL, PRIMARY KEY (file_id, position)) WITHOUT ROWID;
CREATE INDEX file_passages_bot ON file_passages (bot_id, words);

CREATE TABLE file_words (bot_id TEXT NOT NULL, word TEXT NOT NULL, file_id TEXT NOT NULL, hits TEXT NOT NULL,
	PRIMARY KEY (bot_id, word, file_id)) WITHOUT ROWID;
CREATE INDEX file_words_file ON file_words (file_id);
