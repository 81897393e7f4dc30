
-- The ids of mail that nobody here knows which a person's mails answered, and in which tickets:
-- another mail of his that names one of them, or bears it, may belong there too.
CREATE TABLE citation (
	message_id TEXT NOT NULL, person INTEGER NOT NULL, ticket INTEGER NOT NULL,
	PRIMARY KEY (message_id, person, ticket)
) WITHOUT ROWID;
