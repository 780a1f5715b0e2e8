-- What is told of a bot beside its definition: its own tags, which lists are filtered by, and how it is presented.
ALTER TABLE bots ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
ALTER TABLE bots ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE bots ADD COLUMN medias TEXT;
