CREATE TABLE bots (id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL,
	signing_secret TEXT NOT NULL, builtin TEXT NOT NULL, dev BOOLEAN NOT NULL, definition TEXT, configuration TEXT,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE integrations (id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
	url TEXT NOT NULL, signing_secret TEXT NOT NULL, builtin BOOLEAN NOT NULL, definition TEXT,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (workspace_id, name, version)) WITHOUT ROWID;

CREATE TABLE installations (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, alias TEXT NOT NULL, integration_id TEXT NOT NULL,
	webhook_id TEXT NOT NULL UNIQUE, enabled BOOLEAN NOT NULL, configuration_type TEXT NOT NULL, configuration TEXT,
	identifier TEXT NOT NULL, status TEXT NOT NULL, status_reason TEXT NOT NULL, hold_dead BOOLEAN NOT NULL,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (bot_id, alias)) WITHOUT ROWID;
CREATE INDEX installations_integration ON installations (integration_id);
CREATE UNIQUE INDEX installations_identifier ON installations (integration_id, identifier) WHERE identifier <> '';

CREATE TABLE users (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, installation_id TEXT NOT NULL, name TEXT, picture_url TEXT,
	properties TEXT, tags TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX users_bot ON users (bot_id, created_at, id);

CREATE TABLE conversations (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, installation_id TEXT NOT NULL, alias TEXT NOT NULL,
	channel TEXT NOT NULL, tags TEXT NOT NULL, properties TEXT, message_count INTEGER NOT NULL,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX conversations_bot ON conversations (bot_id, created_at, id);

CREATE TABLE participants (conversation_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (conversation_id, user_id)) WITHOUT ROWID;
CREATE INDEX participants_user ON participants (user_id);

CREATE TABLE messages (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, installation_id TEXT NOT NULL, conversation_id TEXT NOT NULL,
	user_id TEXT NOT NULL, type TEXT NOT NULL, direction TEXT NOT NULL, origin TEXT NOT NULL, payload TEXT, tags TEXT NOT NULL,
	deliver_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE INDEX messages_due ON messages (deliver_at, id) WHERE deliver_at IS NOT NULL;

CREATE TABLE tag_index (k INTEGER NOT NULL, value TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (k, value, owner)) WITHOUT ROWID;

CREATE TABLE events (id TEXT PRIMARY KEY, bot_id TEXT NOT NULL, installation_id TEXT NOT NULL, type TEXT NOT NULL,
	status TEXT NOT NULL, failure_reason TEXT NOT NULL, conversation_id TEXT NOT NULL, user_id TEXT NOT NULL,
	message_id TEXT NOT NULL, workflow_id TEXT NOT NULL, payload TEXT, scheduled_at INTEGER, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX events_due ON events (scheduled_at, id) WHERE status = 'scheduled';

CREATE TABLE states (bot_id TEXT NOT NULL, owner TEXT NOT NULL, type TEXT NOT NULL, subject_id TEXT NOT NULL, name TEXT NOT NULL,
	id TEXT NOT NULL, payload TEXT, expiry INTEGER NOT NULL, expires_at INTEGER, created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL, PRIMARY KEY (bot_id, owner, type, subject_id, name)) WITHOUT ROWID;
CREATE INDEX states_due ON states (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE tokens (id TEXT PRIMARY KEY, kind TEXT NOT NULL, workspace_id TEXT NOT NULL, bot_id TEXT NOT NULL,
	integration_id TEXT NOT NULL, note TEXT NOT NULL, last4 TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE lanes (id INTEGER PRIMARY KEY, lane TEXT NOT NULL UNIQUE, last INTEGER NOT NULL, done INTEGER NOT NULL);

CREATE TABLE deliveries (id TEXT PRIMARY KEY, lane_id INTEGER NOT NULL, seq INTEGER NOT NULL, target TEXT NOT NULL,
	bot_id TEXT NOT NULL, installation_id TEXT NOT NULL, operation TEXT NOT NULL, type TEXT NOT NULL,
	conversation_id TEXT NOT NULL, message_id TEXT NOT NULL, event_id TEXT NOT NULL, state TEXT NOT NULL,
	attempts INTEGER NOT NULL, next_at INTEGER NOT NULL, last_error TEXT NOT NULL, log TEXT, created_at INTEGER NOT NULL,
	finished_at INTEGER, body BLOB);
CREATE UNIQUE INDEX deliveries_open ON deliveries (lane_id, seq) WHERE finished_at IS NULL;
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
