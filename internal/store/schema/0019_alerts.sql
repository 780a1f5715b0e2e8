-- Endpoints that alerts are sent to; bot_id '' is all bots. The secrets are sealed.
CREATE TABLE alerts (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, url TEXT NOT NULL, note TEXT NOT NULL, events TEXT NOT NULL,
	secret TEXT NOT NULL, old_secret TEXT NOT NULL, old_until INTEGER, disabled TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;

-- What failed and is not yet reported: a delivery that died, an installation whose registration failed.
CREATE TABLE failures (kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;

-- Dead letters of a target that one alert is going to report at due_at.
CREATE TABLE incidents (target TEXT PRIMARY KEY, bot_id TEXT NOT NULL, number INTEGER NOT NULL, sample TEXT NOT NULL,
	first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, due_at INTEGER NOT NULL) WITHOUT ROWID;

-- Targets that failed and have not taken a delivery since; down_at is when target.down was sent.
CREATE TABLE outages (target TEXT PRIMARY KEY, bot_id TEXT NOT NULL, since INTEGER NOT NULL, down_at INTEGER) WITHOUT ROWID;

-- Conversations in which the outage was mentioned already.
CREATE TABLE outage_notices (target TEXT NOT NULL, conversation_id TEXT NOT NULL, PRIMARY KEY (target, conversation_id)) WITHOUT ROWID;
