
-- What became of the work that the daemon does by itself.
CREATE TABLE job (
	name TEXT PRIMARY KEY, begun_at INTEGER, ended_at INTEGER, next_at INTEGER,
	result TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- What the clock owes a ticket, one step of each kind at a time.
CREATE TABLE timer (
	ticket INTEGER NOT NULL REFERENCES ticket(number),
	kind TEXT NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY (ticket, kind)
) WITHOUT ROWID;
CREATE INDEX timer_at ON timer(at);
