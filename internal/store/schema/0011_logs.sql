-- What uploaded code printed: of an integration version or a bot.
CREATE TABLE logs (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, at INTEGER NOT NULL, level TEXT NOT NULL, message TEXT NOT NULL,
	bot_id TEXT NOT NULL, conversation_id TEXT NOT NULL, user_id TEXT NOT NULL);
CREATE INDEX logs_owner ON logs (owner, id);
CREATE INDEX logs_at ON logs (at);
