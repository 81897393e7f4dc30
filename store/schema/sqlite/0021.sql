
-- What was looked at to prove the sender of a mail, as JSON; '' for nothing.
ALTER TABLE journal ADD COLUMN proof_parts TEXT NOT NULL DEFAULT '';

-- The passwords with which agents log in at the SMTP door, as argon2id hashes.
CREATE TABLE password (
	person INTEGER PRIMARY KEY REFERENCES person(id),
	hash TEXT NOT NULL, set_at INTEGER NOT NULL
) WITHOUT ROWID;
