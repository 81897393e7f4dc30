-- The signatures by which mails were proven: what bears one of them again is the same mail, sent once more.
CREATE TABLE signature (
	hash BLOB PRIMARY KEY, mail INTEGER NOT NULL REFERENCES journal(id)
) WITHOUT ROWID;
