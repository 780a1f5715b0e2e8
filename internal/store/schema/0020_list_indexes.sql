-- An index for the order and the leading filter of each list; what else a list is filtered by is looked at within a bounded window.
CREATE INDEX deliveries_unfinished ON deliveries (id) WHERE finished_at IS NULL;
CREATE INDEX deliveries_discarded ON deliveries (id) WHERE state = 'discarded';
CREATE INDEX events_bot ON events (bot_id, id);
CREATE INDEX conversations_updated ON conversations (bot_id, updated_at, id);
CREATE INDEX users_updated ON users (bot_id, updated_at, id);
CREATE INDEX participants_added ON participants (conversation_id, added_at, user_id);
CREATE INDEX files_updated ON files (bot_id, updated_at, id);
CREATE INDEX files_size ON files (bot_id, size, id);
CREATE INDEX files_key ON files (bot_id, key, id);
CREATE INDEX files_status ON files (bot_id, status, id);
CREATE INDEX bots_created ON bots (created_at, id);
CREATE INDEX bots_updated ON bots (updated_at, id);
CREATE INDEX integrations_created ON integrations (created_at, id);
CREATE INDEX integrations_name ON integrations (name, created_at, id);
CREATE INDEX publications_name ON publications (kind, name, created_at, id);
