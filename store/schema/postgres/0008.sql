
-- An organisation's domains are in its row.
UPDATE entry SET details = '{"domains":[' || (
		SELECT string_agg('"' || domain || '"', ',') FROM organisation_domain
		WHERE organisation = entry.id
	) || '],' || substr(details, 2)
	WHERE id IN (SELECT organisation FROM organisation_domain);
DROP TABLE organisation_domain;

-- What the fields of one's own have in a ticket, as JSON by their ids; '' for nothing.
ALTER TABLE ticket ADD COLUMN custom TEXT NOT NULL DEFAULT '';
