
-- What the requester of a closed ticket thinks of how he was treated: he is asked once, and
-- answers once. A score of 0 is none.
CREATE TABLE satisfaction (
	ticket BIGINT PRIMARY KEY REFERENCES ticket(number),
	person BIGINT NOT NULL REFERENCES person(id),
	asked_at BIGINT NOT NULL,
	score BIGINT NOT NULL DEFAULT 0,
	answered_at BIGINT
);
CREATE INDEX satisfaction_answered ON satisfaction(answered_at) WHERE answered_at > 0;
CREATE INDEX satisfaction_asked ON satisfaction(asked_at);

-- An agent's words that wait for a while and can be withdrawn until then, with what they changed.
CREATE TABLE hold (
	ticket BIGINT NOT NULL REFERENCES ticket(number), item BIGINT NOT NULL,
	until_at BIGINT NOT NULL, undo TEXT NOT NULL,
	PRIMARY KEY (ticket, item)
);
