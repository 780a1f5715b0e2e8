-- The channels of an installation to which nothing is sent, as a JSON list; '' is none.
ALTER TABLE installations ADD COLUMN disabled_channels TEXT NOT NULL DEFAULT '';
