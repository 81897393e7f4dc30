
-- What agents are shown of the mail beside the item's words, as JSON; '' for nothing.
ALTER TABLE item ADD COLUMN seen TEXT NOT NULL DEFAULT '';
