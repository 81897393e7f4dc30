-- A program, of which nobody reads what is answered.
ALTER TABLE person ADD COLUMN machine BIGINT NOT NULL DEFAULT 0;

-- What monitoring systems watch: by mailbox, the address that writes of it, and its name.
CREATE TABLE alert (
	mailbox   TEXT NOT NULL,
	source    TEXT NOT NULL,
	key       TEXT NOT NULL,
	ticket    BIGINT NOT NULL,
	state     TEXT NOT NULL,
	level     BIGINT NOT NULL,
	proof     TEXT NOT NULL,
	count     BIGINT NOT NULL,
	turns     BIGINT NOT NULL,
	turned_at BIGINT,
	flapping  BIGINT NOT NULL,
	first_at  BIGINT NOT NULL,
	last_at   BIGINT NOT NULL,
	PRIMARY KEY (mailbox, source, key)
);
CREATE INDEX alert_ticket ON alert (ticket);
