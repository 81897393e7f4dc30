
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
