
-- The alias of the mailbox to which a mail was written: what answers it comes from there.
ALTER TABLE journal ADD COLUMN alias TEXT NOT NULL DEFAULT '';
