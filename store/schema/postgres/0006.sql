
-- What became of the work that the daemon does by itself.
CREATE TABLE job (
	name TEXT PRIMARY KEY, begun_at BIGINT, ended_at BIGINT, next_at BIGINT,
	result TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT ''
);

-- What the clock owes a ticket, one step of each kind at a time.
CREATE TABLE timer (
	ticket BIGINT NOT NULL REFERENCES ticket(number),
	kind TEXT NOT NULL, step BIGINT NOT NULL, at BIGINT NOT NULL,
	PRIMARY KEY (ticket, kind)
);
CREATE INDEX timer_at ON timer(at);
