
-- The last day of a secret of which the administrators were told.
ALTER TABLE imap_account ADD COLUMN warned TEXT NOT NULL DEFAULT '';

-- "=" would have SQLite prepare every statement that binds a Message-ID at each run: see
-- statements.
DROP INDEX journal_canonical;
CREATE INDEX journal_canonical
	ON journal(canonical) WHERE message_id <= '' AND canonical IS NOT NULL;

-- One tree instead of two for what is found by its key only, and no count of ids where none is ever
-- deleted: every mail writes here.
CREATE TABLE new_imap_mail (
	account TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,
	mail INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', print BLOB,
	PRIMARY KEY (account, folder, uidvalidity, uid)
) WITHOUT ROWID;
INSERT INTO new_imap_mail
	SELECT account, folder, uidvalidity, uid, mail, state, attempts, error, print FROM imap_mail;
DROP TABLE imap_mail;
ALTER TABLE new_imap_mail RENAME TO imap_mail;
CREATE INDEX imap_owed
	ON imap_mail(account, folder, uidvalidity, uid) WHERE state IN ('taken', 'copied', 'failed');
CREATE INDEX imap_bare
	ON imap_mail(account, folder, uidvalidity) WHERE state = 'skipped' AND print IS NULL;

CREATE TABLE new_address (
	address TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES person(id),
	position INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO new_address SELECT address, person, position FROM address;
DROP TABLE address;
ALTER TABLE new_address RENAME TO address;
CREATE INDEX address_person ON address(person);

CREATE TABLE new_activity (
	id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT NULL,
	person INTEGER NOT NULL, mail INTEGER NOT NULL,
	what TEXT NOT NULL, old TEXT NOT NULL DEFAULT '', new TEXT NOT NULL DEFAULT ''
);
INSERT INTO new_activity SELECT id, ticket, at, person, mail, what, old, new FROM activity;
DROP TABLE activity;
ALTER TABLE new_activity RENAME TO activity;
CREATE INDEX activity_ticket ON activity(ticket, id);
