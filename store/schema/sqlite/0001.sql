
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
