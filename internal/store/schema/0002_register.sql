-- When an installation asked to be registered again and again.
ALTER TABLE installations ADD COLUMN register_every TEXT NOT NULL DEFAULT '';
ALTER TABLE installations ADD COLUMN register_at INTEGER;
CREATE INDEX installations_status ON installations (status);
