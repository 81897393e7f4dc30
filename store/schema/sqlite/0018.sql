
-- What the requester of a closed ticket thinks of how he was treated: he is asked once, and
-- answers once. A score of 0 is none.
CREATE TABLE satisfaction (
	ticket INTEGER PRIMARY KEY REFERENCES ticket(number),
	person INTEGER NOT NULL REFERENCES person(id),
	asked_at INTEGER NOT NULL,
	score INTEGER NOT NULL DEFAULT 0,
	answered_at INTEGER
);
CREATE INDEX satisfaction_answered ON satisfaction(answered_at) WHERE answered_at > 0;
CREATE INDEX satisfaction_asked ON satisfaction(asked_at);

-- An agent's words that wait for a while and can be withdrawn until then, with what they changed.
CREATE TABLE hold (
	ticket INTEGER NOT NULL REFERENCES ticket(number), item INTEGER NOT NULL,
	until_at INTEGER NOT NULL, undo TEXT NOT NULL,
	PRIMARY KEY (ticket, item)
) WITHOUT ROWID;
