
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
