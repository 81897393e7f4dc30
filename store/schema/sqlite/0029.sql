
-- How far the clocks of a ticket have run: its first answer, the next one, its solution, a law's.
-- What runs does so since then; used is in milliseconds.
CREATE TABLE clock (
	ticket INTEGER NOT NULL REFERENCES ticket(number), kind TEXT NOT NULL,
	began_at INTEGER NOT NULL, since_at INTEGER, used INTEGER NOT NULL, step INTEGER NOT NULL,
	due_at INTEGER, ended_at INTEGER,
	PRIMARY KEY (ticket, kind)
) WITHOUT ROWID;
CREATE INDEX clock_began ON clock(kind, began_at);

-- Until when an agent is away, and who gets what he would; the hours in which he is not written to,
-- "22:00-07:00"; and at what time he gets all of a day's notices at once, "08:00".
ALTER TABLE person ADD COLUMN away_until INTEGER;
ALTER TABLE person ADD COLUMN substitute INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN quiet TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN digest TEXT NOT NULL DEFAULT '';
