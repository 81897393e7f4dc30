-- A program, of which nobody reads what is answered.
ALTER TABLE person ADD COLUMN machine INTEGER NOT NULL DEFAULT 0;

-- What monitoring systems watch: by mailbox, the address that writes of it, and its name.
CREATE TABLE alert (
	mailbox   TEXT NOT NULL,
	source    TEXT NOT NULL,
	key       TEXT NOT NULL,
	ticket    INTEGER NOT NULL,
	state     TEXT NOT NULL,
	level     INTEGER NOT NULL,
	proof     TEXT NOT NULL,
	count     INTEGER NOT NULL,
	turns     INTEGER NOT NULL,
	turned_at INTEGER,
	flapping  INTEGER NOT NULL,
	first_at  INTEGER NOT NULL,
	last_at   INTEGER NOT NULL,
	PRIMARY KEY (mailbox, source, key)
);
CREATE INDEX alert_ticket ON alert (ticket);
