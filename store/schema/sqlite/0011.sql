
-- The rows of all catalogues, and what they are called. details is JSON; rules speak of a row by
-- its key. Rows that come with buzon get their keys, and their other names, when the desk is
-- opened: see ship.
CREATE TABLE entry (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL,
	class TEXT NOT NULL DEFAULT '', parent INTEGER NOT NULL DEFAULT 0,
	details TEXT NOT NULL DEFAULT '',
	UNIQUE (kind, key)
);
CREATE TABLE entry_name (
	entry INTEGER NOT NULL REFERENCES entry(id), language TEXT NOT NULL, name TEXT NOT NULL,
	PRIMARY KEY (entry, language)
) WITHOUT ROWID;
-- Changed by every write of a row: whoever has read the catalogue asks whether it is still the
-- same. '' is before the first.
CREATE TABLE catalogue (version TEXT NOT NULL);
INSERT INTO catalogue VALUES ('');
INSERT INTO entry (kind, key, position, class)
	SELECT 'status', name, position, class FROM status ORDER BY position, name;
INSERT INTO entry (kind, key, position)
	SELECT 'type', name, position FROM type ORDER BY position, name;
INSERT INTO entry (kind, key, position)
	SELECT 'severity', name, number FROM severity ORDER BY number;
INSERT INTO entry_name (entry, language, name) SELECT id, 'es', key FROM entry;
