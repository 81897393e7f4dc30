
-- How far the clocks of a ticket have run: its first answer, the next one, its solution, a law's.
-- What runs does so since then; used is in milliseconds.
CREATE TABLE clock (
	ticket BIGINT NOT NULL REFERENCES ticket(number), kind TEXT NOT NULL,
	began_at BIGINT NOT NULL, since_at BIGINT, used BIGINT NOT NULL, step INTEGER NOT NULL,
	due_at BIGINT, ended_at BIGINT,
	PRIMARY KEY (ticket, kind)
);
CREATE INDEX clock_began ON clock(kind, began_at);

-- Until when an agent is away, and who gets what he would; the hours in which he is not written to,
-- "22:00-07:00"; and at what time he gets all of a day's notices at once, "08:00".
ALTER TABLE person ADD COLUMN away_until BIGINT;
ALTER TABLE person ADD COLUMN substitute BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN quiet TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN digest TEXT NOT NULL DEFAULT '';
