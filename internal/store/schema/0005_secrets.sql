CREATE TABLE secrets (owner TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (owner, name)) WITHOUT ROWID;

CREATE INDEX installations_any_identifier ON installations (identifier) WHERE identifier <> '';
