-- The signatures by which mails were proven: what bears one of them again is the same mail, sent once more.
CREATE TABLE signature (
	hash BYTEA PRIMARY KEY, mail BIGINT NOT NULL REFERENCES journal(id)
);
