-- How the server treats a bot or an installation, as a JSON object of what was set; NULL sets nothing.
ALTER TABLE bots ADD COLUMN settings TEXT;
ALTER TABLE installations ADD COLUMN settings TEXT;
