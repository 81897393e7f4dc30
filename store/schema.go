package store

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations lead from one schema to the next; PRAGMA user_version counts those that have run. The
// list is only ever appended to: a released one is frozen, and a test upgrades the first schema
// through all of them.
//
// Times are Unix milliseconds, hashes are 32 bytes, booleans 0 or 1, and 0 or the empty text means
// none: a NULL is kept for what is not known yet. This is SQLite's list; PostgreSQL has its own in
// schema_postgres.go.
var migrations = []string{
	schema1, schema2, schema3, schema4, schema5, schema6, schema7, schema8, schema9, schema10,
	schema11, schema12, schema13, schema14, schema15, schema16, schema17,
}

const schema1 = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Raw mail, attachments and rendered mail, once each. data is NULL when the bytes are a file.
CREATE TABLE blob (
	id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, data BLOB, created_at INTEGER NOT NULL
);

-- Every mail that was answered 250, moved on an IMAP server or given exit 0, and what became of it.
CREATE TABLE journal (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	blob INTEGER NOT NULL REFERENCES blob(id),
	received_at INTEGER NOT NULL, door TEXT NOT NULL, envelope TEXT NOT NULL,
	envelope_from TEXT NOT NULL, mailbox TEXT NOT NULL DEFAULT '',
	attempts INTEGER NOT NULL, next_at INTEGER NOT NULL DEFAULT 0,
	message_id TEXT NOT NULL DEFAULT '', canonical BLOB, sender TEXT NOT NULL DEFAULT '', subject TEXT NOT NULL DEFAULT '',
	proof TEXT NOT NULL DEFAULT '', evidence TEXT NOT NULL DEFAULT '', rule TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
	outcome TEXT NOT NULL DEFAULT '', ticket INTEGER NOT NULL DEFAULT 0, item INTEGER NOT NULL DEFAULT 0,
	error TEXT NOT NULL DEFAULT '', settled_at INTEGER, released INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX journal_open ON journal(id) WHERE settled_at IS NULL;
CREATE INDEX journal_message ON journal(message_id, canonical) WHERE message_id <> '';
CREATE INDEX journal_canonical ON journal(canonical) WHERE message_id = '' AND canonical IS NOT NULL;
CREATE INDEX journal_ticket ON journal(ticket) WHERE ticket <> 0;
CREATE INDEX journal_blob ON journal(blob);
CREATE INDEX journal_outcome ON journal(outcome, id) WHERE outcome <> '';

-- How far each folder of an IMAP account has been taken; moves in the journal's transaction. UIDs below old were there at first contact.
CREATE TABLE imap_folder (
	account TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL, old INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (account, folder)
);
-- What became of each UID. print tells a skipped mail again when the server numbers its mail afresh; NULL: not taken yet.
CREATE TABLE imap_mail (
	account TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,
	mail INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', print BLOB,
	PRIMARY KEY (account, folder, uidvalidity, uid)
);
CREATE INDEX imap_owed ON imap_mail(account, folder, uidvalidity, uid) WHERE state IN ('taken', 'copied', 'failed');
CREATE INDEX imap_bare ON imap_mail(account, folder, uidvalidity) WHERE state = 'skipped' AND print IS NULL;
CREATE TABLE imap_account (
	account TEXT PRIMARY KEY, tried_at INTEGER, good_at INTEGER, error TEXT NOT NULL DEFAULT '', report TEXT NOT NULL DEFAULT '',
	reconciled_at INTEGER, alarmed_at INTEGER, asked TEXT NOT NULL DEFAULT ''
);

CREATE TABLE organisation (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, language TEXT NOT NULL DEFAULT '', profile TEXT NOT NULL DEFAULT '', csm INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE organisation_domain (domain TEXT PRIMARY KEY, organisation INTEGER NOT NULL REFERENCES organisation(id));
CREATE TABLE person (
	id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, role TEXT NOT NULL, organisation INTEGER NOT NULL DEFAULT 0,
	language TEXT NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1, team INTEGER NOT NULL DEFAULT 0, on_call INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0,
	welcomed INTEGER NOT NULL DEFAULT 0, undeliverable_since INTEGER, created_at INTEGER NOT NULL
);
CREATE INDEX person_agent ON person(role) WHERE role <> 'customer';
CREATE TABLE address (address TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES person(id), position INTEGER NOT NULL DEFAULT 0);
CREATE INDEX address_person ON address(person);

-- Catalogues without limits.
CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, agent INTEGER NOT NULL DEFAULT 0);
CREATE TABLE module (id INTEGER PRIMARY KEY, product INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL, UNIQUE (product, name));
CREATE TABLE project (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, organisation INTEGER NOT NULL DEFAULT 0);
CREATE TABLE service (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, organisation INTEGER NOT NULL DEFAULT 0, since INTEGER, until INTEGER);
CREATE TABLE type (name TEXT PRIMARY KEY, position INTEGER NOT NULL);
CREATE TABLE status (name TEXT PRIMARY KEY, class TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE severity (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO type (name, position) VALUES ('Consulta', 1), ('Mejora', 2), ('Pedido de versión', 3), ('Problema', 4),
	('SaaS – Infraestructura', 5), ('Incidente', 6);
INSERT INTO status (name, class, position) VALUES ('Abierto', 'open', 1), ('En cola', 'queued', 2), ('En proceso', 'in_progress', 3),
	('Esperando respuesta', 'waiting', 4), ('Resuelto', 'resolved', 5), ('Cerrado', 'closed', 6);
INSERT INTO severity (number, name) VALUES (1, 'crítica'), (2, 'mayor'), (3, 'menor');

CREATE TABLE ticket (
	number INTEGER PRIMARY KEY AUTOINCREMENT,
	mailbox TEXT NOT NULL, subject TEXT NOT NULL, status TEXT NOT NULL REFERENCES status(name),
	severity INTEGER NOT NULL, production_down INTEGER NOT NULL DEFAULT 0, unverified INTEGER NOT NULL DEFAULT 0, type TEXT NOT NULL,
	requester INTEGER NOT NULL REFERENCES person(id), controller INTEGER NOT NULL, assignee INTEGER NOT NULL DEFAULT 0, agent INTEGER NOT NULL DEFAULT 0,
	product TEXT NOT NULL DEFAULT '', module TEXT NOT NULL DEFAULT '', project TEXT NOT NULL DEFAULT '', service TEXT NOT NULL DEFAULT '',
	progress INTEGER NOT NULL DEFAULT 0, items INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, closed_at INTEGER
);
CREATE INDEX ticket_status ON ticket(status, number);
CREATE INDEX ticket_requester ON ticket(requester, number);
CREATE TABLE ticket_link (ticket INTEGER NOT NULL, other INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (ticket, other, kind));
CREATE TABLE follower (ticket INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (ticket, person));
CREATE TABLE item (
	id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL REFERENCES ticket(number), number INTEGER NOT NULL,
	type TEXT NOT NULL, author INTEGER NOT NULL, visibility TEXT NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL,
	text TEXT NOT NULL, quoted TEXT NOT NULL DEFAULT '', message_id TEXT NOT NULL DEFAULT '', mail INTEGER NOT NULL DEFAULT 0, via TEXT NOT NULL DEFAULT '',
	UNIQUE (ticket, number)
);
CREATE TABLE attachment (
	item INTEGER NOT NULL REFERENCES item(id), position INTEGER NOT NULL, blob INTEGER NOT NULL REFERENCES blob(id),
	filename TEXT NOT NULL, content_type TEXT NOT NULL, inline INTEGER NOT NULL DEFAULT 0, content_id TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (item, position)
);
CREATE INDEX attachment_blob ON attachment(blob);
CREATE TABLE activity (
	id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL, at INTEGER NOT NULL, person INTEGER NOT NULL, mail INTEGER NOT NULL,
	what TEXT NOT NULL, old TEXT NOT NULL DEFAULT '', new TEXT NOT NULL DEFAULT ''
);
CREATE INDEX activity_ticket ON activity(ticket, id);

-- What is owed to people. raw is fixed at the first attempt, so that a retry is the same mail to the byte.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, ticket INTEGER NOT NULL, item INTEGER NOT NULL, mail INTEGER NOT NULL DEFAULT 0,
	person INTEGER NOT NULL, address TEXT NOT NULL, stranger INTEGER NOT NULL DEFAULT 0, mailbox TEXT NOT NULL, details TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, next_at INTEGER NOT NULL, settled_at INTEGER,
	last_reply TEXT NOT NULL DEFAULT '', message_id TEXT NOT NULL DEFAULT '', envelope_from TEXT NOT NULL DEFAULT '', raw INTEGER REFERENCES blob(id)
);
CREATE INDEX outbox_due ON outbox(next_at) WHERE state IN ('due', 'uncertain', 'held');
CREATE INDEX outbox_open ON outbox(ticket, address, id) WHERE settled_at IS NULL;
CREATE INDEX outbox_failed ON outbox(id) WHERE state = 'failed';
CREATE INDEX outbox_ticket ON outbox(ticket, address, created_at);
CREATE INDEX outbox_message ON outbox(message_id) WHERE message_id <> '';
CREATE INDEX outbox_ack ON outbox(address, created_at) WHERE kind IN ('ack', 'ack_production_down', 'new_number');
CREATE INDEX outbox_stranger ON outbox(created_at) WHERE stranger = 1;
CREATE INDEX outbox_raw ON outbox(raw) WHERE raw IS NOT NULL;

CREATE VIRTUAL TABLE search USING fts5(subject, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
`

const schema2 = `
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
`

// migrate brings the database to the newest schema, each step in a transaction of its own with its
// number. An old database is copied first, by before.
func migrate(ctx context.Context, db *sql.DB, d *dialect, steps []string,
	before func(version int) error) error {
	version, err := d.version(ctx, db)
	if err == nil && version > 0 && version < len(steps) {
		err = before(version)
	}
	for err == nil && version < len(steps) {
		version, err = migrateOnce(ctx, db, d, steps)
	}
	if err == nil && version > len(steps) {
		err = newer(version, len(steps))
	}
	return err
}

func newer(version, known int) error {
	return fmt.Errorf("the database has schema %d and this buzon knows %d: "+
		"run the newer buzon that made it", version, known)
}

// migrateOnce takes one step and returns the version that it led to. The version is read again
// under the lock: another process may have been faster.
func migrateOnce(ctx context.Context, db *sql.DB, d *dialect,
	steps []string) (version int, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("begin migration: %w", err)
	}
	defer tx.Rollback()
	if d.lock != "" {
		if _, err := tx.ExecContext(ctx, d.lock); err != nil {
			return 0, fmt.Errorf("begin migration: %w", err)
		}
	}
	if version, err = d.version(ctx, tx); err != nil || version >= len(steps) {
		return version, err
	}
	if _, err = tx.ExecContext(ctx, steps[version]); err == nil {
		version++
		_, err = tx.ExecContext(ctx, fmt.Sprintf(d.setVersion, version))
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return version, fmt.Errorf("migrate the database to schema %d: %w", version, err)
	}
	return version, nil
}

const schema3 = `
-- When a folder's UIDs were last found to be given out once more.
ALTER TABLE imap_folder ADD COLUMN set_back_at INTEGER;

-- Sent mail may wait for the mail that it answers.
DROP INDEX imap_owed;
CREATE INDEX imap_owed ON imap_mail(account, folder, uidvalidity, uid) WHERE state IN (
	'taken', 'copied', 'failed', 'waiting'
);
`

const schema4 = `
-- Nobody asks for a ticket's mails here: its items name theirs. Every mail wrote to it.
DROP INDEX journal_ticket;

-- Prints are made in another way: compared with the old ones a folder would be taken for another
-- mailbox's.
UPDATE imap_mail SET print = NULL WHERE print IS NOT NULL;

-- Of which trouble with an account the administrators were told: '' for none, 'partly', 'down'.
ALTER TABLE imap_account ADD COLUMN health TEXT NOT NULL DEFAULT '';
UPDATE imap_account SET health = 'down' WHERE alarmed_at IS NOT NULL;
`

const schema5 = `
-- Whose words may be repeated to his address: whoever has answered with a token, was proven, or was
-- entered by an agent. Whoever wrote nothing of his own here was entered.
ALTER TABLE person ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
UPDATE person SET known = 1 WHERE role <> 'customer'
	OR EXISTS (SELECT 1 FROM item i JOIN journal j ON j.id = i.mail
		WHERE i.author = person.id AND j.evidence = 'T')
	OR NOT EXISTS (SELECT 1 FROM item i WHERE i.author = person.id AND i.via = '');
`

const schema6 = `
-- What agents are shown of the mail beside the item's words, as JSON; '' for nothing.
ALTER TABLE item ADD COLUMN seen TEXT NOT NULL DEFAULT '';
`

const schema7 = `
-- What a reply's own subject says, and whether the item is nothing but an agent's commands.
ALTER TABLE item ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN orders INTEGER NOT NULL DEFAULT 0;
UPDATE item SET orders = 1
	WHERE visibility = 'internal' AND type = 'Nota'
		AND text LIKE '#%' AND text NOT LIKE '%' || char(10) || '%';

-- What a person decided of a mail against the rules ('release', 'approve'), who, and by which mail;
-- 0 is the command line.
ALTER TABLE journal ADD COLUMN override TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN override_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN override_mail INTEGER NOT NULL DEFAULT 0;
UPDATE journal SET override = 'release' WHERE released = 1;
ALTER TABLE journal DROP COLUMN released;
`

const schema8 = `
ALTER TABLE attachment ADD COLUMN ornament INTEGER NOT NULL DEFAULT 0;
`

const schema9 = `
-- lane: who is sent first.
-- topic: what a mail about no ticket is about.
-- turn: it is the oldest of its conversation that is not settled, or goes by itself.
-- carrier: the mail that says this too, and with which it is settled.
-- deaths: of the process, while it was being rendered.
-- set_at: when next_at was set.
-- echo: it answers what looks like a responder's.
ALTER TABLE outbox ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN turn INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN carrier INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN set_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN echo INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET turn = 0 WHERE settled_at IS NULL AND EXISTS
	(SELECT 1 FROM outbox p
		WHERE p.ticket = outbox.ticket AND p.address = outbox.address
			AND p.id < outbox.id AND p.settled_at IS NULL);

DROP INDEX outbox_due;
DROP INDEX outbox_open;
DROP INDEX outbox_ack;
CREATE INDEX outbox_due
	ON outbox(lane, next_at) WHERE turn > 0 AND state IN ('due', 'uncertain', 'held');
CREATE INDEX outbox_open ON outbox(ticket, address, topic, id) WHERE settled_at IS NULL
	AND carrier < 1 AND (state <> 'held' OR attempts > 0);
CREATE INDEX outbox_held
	ON outbox(address, lane, id) WHERE state IN ('held') AND attempts < 1 AND carrier < 1;
CREATE INDEX outbox_carried ON outbox(carrier) WHERE carrier > 0;
CREATE INDEX outbox_address ON outbox(address, created_at);
CREATE INDEX outbox_echo ON outbox(created_at) WHERE echo > 0;
`

const schema10 = `
-- The ids of mail that nobody here knows which a person's mails answered, and in which tickets:
-- another mail of his that names one of them, or bears it, may belong there too.
CREATE TABLE citation (
	message_id TEXT NOT NULL, person INTEGER NOT NULL, ticket INTEGER NOT NULL,
	PRIMARY KEY (message_id, person, ticket)
) WITHOUT ROWID;
`

const schema11 = `
-- The rows of all catalogues, and what they are called. details is JSON; rules speak of a row by
-- its key. Rows that come with buzon get their keys, and their other names, when the desk is
-- opened: see ship.
CREATE TABLE entry (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL,
	class TEXT NOT NULL DEFAULT '', parent INTEGER NOT NULL DEFAULT 0,
	details TEXT NOT NULL DEFAULT '',
	UNIQUE (kind, key)
);
CREATE TABLE entry_name (
	entry INTEGER NOT NULL REFERENCES entry(id), language TEXT NOT NULL, name TEXT NOT NULL,
	PRIMARY KEY (entry, language)
) WITHOUT ROWID;
-- Changed by every write of a row: whoever has read the catalogue asks whether it is still the
-- same. '' is before the first.
CREATE TABLE catalogue (version TEXT NOT NULL);
INSERT INTO catalogue VALUES ('');
INSERT INTO entry (kind, key, position, class)
	SELECT 'status', name, position, class FROM status ORDER BY position, name;
INSERT INTO entry (kind, key, position)
	SELECT 'type', name, position FROM type ORDER BY position, name;
INSERT INTO entry (kind, key, position)
	SELECT 'severity', name, number FROM severity ORDER BY number;
INSERT INTO entry_name (entry, language, name) SELECT id, 'es', key FROM entry;
`

const schema12 = `
-- Who sees the tickets of a project, since he follows it.
CREATE TABLE project_follower (
	project INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES person(id),
	PRIMARY KEY (project, person)
) WITHOUT ROWID;
CREATE INDEX project_follower_person ON project_follower(person);

-- By these the tickets are found that a person may see.
CREATE INDEX ticket_controller ON ticket(controller) WHERE controller <> requester;
CREATE INDEX ticket_assignee ON ticket(assignee) WHERE assignee > 0;
CREATE INDEX ticket_link_other ON ticket_link(other);
CREATE INDEX follower_person ON follower(person);
CREATE INDEX person_organisation ON person(organisation) WHERE organisation > 0;
`

const schema13 = `
-- A row that is removed stays for the history that names it.
ALTER TABLE entry ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;

-- Rows of what tickets, items and people name by words or by the ids of tables of their own.
INSERT INTO entry (kind, key, position, details)
	SELECT 'org', CAST(id AS TEXT), 0,
		'{"agent":' || csm || ',"language":"' || language || '","profile":"' || profile || '"}'
	FROM organisation ORDER BY name;
INSERT INTO entry_name SELECT e.id, 'es', o.name
	FROM entry e JOIN organisation o ON e.kind = 'org' AND e.key = CAST(o.id AS TEXT);
UPDATE person SET organisation = coalesce(
	(SELECT id FROM entry WHERE kind = 'org' AND key = CAST(person.organisation AS TEXT)), 0)
	WHERE organisation <> 0;
INSERT INTO entry (kind, key, position, details)
	SELECT 'product', name, 0, '{"agent":' || agent || '}' FROM product ORDER BY name;
INSERT INTO entry (kind, key, position) SELECT DISTINCT 'product', product, 0 FROM ticket
	WHERE product <> '' AND product NOT IN (SELECT key FROM entry WHERE kind = 'product');
INSERT INTO entry (kind, key, position) SELECT DISTINCT 'module', name, 0 FROM module;
INSERT INTO entry (kind, key, position) SELECT DISTINCT 'module', module, 0 FROM ticket
	WHERE module <> '' AND module NOT IN (SELECT key FROM entry WHERE kind = 'module');
INSERT INTO entry (kind, key, position) SELECT 'project', name, 0 FROM project ORDER BY name;
INSERT INTO entry (kind, key, position) SELECT DISTINCT 'project', project, 0 FROM ticket
	WHERE project <> '' AND project NOT IN (SELECT key FROM entry WHERE kind = 'project');
INSERT INTO entry (kind, key, position) SELECT 'service', name, 0 FROM service ORDER BY name;
INSERT INTO entry (kind, key, position) SELECT DISTINCT 'service', service, 0 FROM ticket
	WHERE service <> '' AND service NOT IN (SELECT key FROM entry WHERE kind = 'service');
INSERT INTO entry (kind, key, position) SELECT DISTINCT 'type', type, 99 FROM ticket
	WHERE type NOT IN (
		SELECT n.name FROM entry e JOIN entry_name n ON n.entry = e.id WHERE e.kind = 'type');
INSERT INTO entry (kind, key, position) SELECT DISTINCT 'itemtype', type, 99 FROM item
	WHERE type NOT IN (SELECT key FROM entry WHERE kind IN ('type', 'itemtype'))
		AND type NOT IN (SELECT n.name FROM entry e JOIN entry_name n ON n.entry = e.id
			WHERE e.kind IN ('type', 'itemtype'));
INSERT INTO entry_name SELECT id, 'es', key FROM entry
	WHERE id NOT IN (SELECT entry FROM entry_name);

DROP INDEX ticket_status;
ALTER TABLE ticket ADD COLUMN new_status INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN new_type INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN new_product INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN new_module INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN new_project INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN new_service INTEGER NOT NULL DEFAULT 0;
UPDATE ticket SET
	new_status = coalesce((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'status' AND n.language = 'es' AND n.name = ticket.status
	), 0),
	new_type = coalesce((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'type' AND n.language = 'es' AND n.name = ticket.type
	), 0),
	new_product = coalesce((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'product' AND n.language = 'es' AND n.name = ticket.product
	), 0),
	new_module = coalesce((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'module' AND n.language = 'es' AND n.name = ticket.module
	), 0),
	new_project = coalesce((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'project' AND n.language = 'es' AND n.name = ticket.project
	), 0),
	new_service = coalesce((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'service' AND n.language = 'es' AND n.name = ticket.service
	), 0);
ALTER TABLE ticket DROP COLUMN status;
ALTER TABLE ticket RENAME COLUMN new_status TO status;
ALTER TABLE ticket DROP COLUMN type;
ALTER TABLE ticket RENAME COLUMN new_type TO type;
ALTER TABLE ticket DROP COLUMN product;
ALTER TABLE ticket RENAME COLUMN new_product TO product;
ALTER TABLE ticket DROP COLUMN module;
ALTER TABLE ticket RENAME COLUMN new_module TO module;
ALTER TABLE ticket DROP COLUMN project;
ALTER TABLE ticket RENAME COLUMN new_project TO project;
ALTER TABLE ticket DROP COLUMN service;
ALTER TABLE ticket RENAME COLUMN new_service TO service;
CREATE INDEX ticket_status ON ticket(status, number);

-- The first item of a ticket bears the type of the ticket, the others one of their own.
ALTER TABLE item ADD COLUMN new_type INTEGER NOT NULL DEFAULT 0;
UPDATE item SET new_type = coalesce(
	(SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'type' AND n.language = 'es' AND n.name = item.type),
	(SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = 'itemtype' AND n.language = 'es' AND n.name = item.type),
	0);
ALTER TABLE item DROP COLUMN type;
ALTER TABLE item RENAME COLUMN new_type TO type;

-- History names rows by their ids, so that it is read in every language.
UPDATE activity SET
	old = coalesce(CAST((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = activity.what AND n.language = 'es' AND n.name = activity.old
	) AS TEXT), old),
	new = coalesce(CAST((
		SELECT e.id FROM entry e JOIN entry_name n ON n.entry = e.id
		WHERE e.kind = activity.what AND n.language = 'es' AND n.name = activity.new
	) AS TEXT), new)
	WHERE what IN ('status', 'type', 'product', 'module', 'project', 'service');

DROP TABLE status;
DROP TABLE type;
DROP TABLE severity;
DROP TABLE product;
DROP TABLE module;
DROP TABLE project;
DROP TABLE service;
CREATE TABLE new_domain (
	domain TEXT PRIMARY KEY, organisation INTEGER NOT NULL REFERENCES entry(id)
);
INSERT INTO new_domain SELECT d.domain, e.id FROM organisation_domain d
	JOIN entry e ON e.kind = 'org' AND e.key = CAST(d.organisation AS TEXT);
DROP TABLE organisation_domain;
ALTER TABLE new_domain RENAME TO organisation_domain;
DROP TABLE organisation;
`

const schema14 = `
-- What became of the work that the daemon does by itself.
CREATE TABLE job (
	name TEXT PRIMARY KEY, begun_at INTEGER, ended_at INTEGER, next_at INTEGER,
	result TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- What the clock owes a ticket, one step of each kind at a time.
CREATE TABLE timer (
	ticket INTEGER NOT NULL REFERENCES ticket(number),
	kind TEXT NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY (ticket, kind)
) WITHOUT ROWID;
CREATE INDEX timer_at ON timer(at);
`

const schema15 = `
ALTER TABLE ticket ADD COLUMN due_at INTEGER;
`

const schema16 = `
-- An organisation's domains are in its row.
UPDATE entry SET details = '{"domains":[' || (
		SELECT string_agg('"' || domain || '"', ',') FROM organisation_domain
		WHERE organisation = entry.id
	) || '],' || substr(details, 2)
	WHERE id IN (SELECT organisation FROM organisation_domain);
DROP TABLE organisation_domain;

-- What the fields of one's own have in a ticket, as JSON by their ids; '' for nothing.
ALTER TABLE ticket ADD COLUMN custom TEXT NOT NULL DEFAULT '';
`

const schema17 = `
-- By this the tickets are found that a person may see, since he follows their project.
CREATE INDEX ticket_project ON ticket(project) WHERE project > 0;
`
