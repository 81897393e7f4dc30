
-- Tags without blanks between blanks, the state in one line, the minutes of its time sheet, and the
-- ticket in which one lives on that was merged into another.
ALTER TABLE ticket ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN state_line TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN minutes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN merged_into INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ticket_merged ON ticket(merged_into) WHERE merged_into > 0;

-- A line of a time sheet goes where its item goes.
CREATE TABLE work (
	item INTEGER NOT NULL REFERENCES item(id), position INTEGER NOT NULL,
	person INTEGER NOT NULL, minutes INTEGER NOT NULL, why TEXT NOT NULL,
	PRIMARY KEY (item, position)
) WITHOUT ROWID;

-- Into which ticket another was merged, and what it takes to part them again, as JSON.
CREATE TABLE merge (
	ticket INTEGER PRIMARY KEY REFERENCES ticket(number), host INTEGER NOT NULL, undo TEXT NOT NULL
);
CREATE INDEX merge_host ON merge(host);

-- Where items stood before a merge or a split took them elsewhere.
CREATE TABLE moved (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	item INTEGER NOT NULL REFERENCES item(id), ticket INTEGER NOT NULL, number INTEGER NOT NULL
);
CREATE INDEX moved_from ON moved(ticket, number);
CREATE INDEX moved_item ON moved(item);

-- The merged ticket that the author of an item meant, in which it would stand otherwise.
ALTER TABLE item ADD COLUMN meant INTEGER NOT NULL DEFAULT 0;
CREATE INDEX item_meant ON item(meant) WHERE meant > 0;
