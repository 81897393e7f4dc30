
-- Who asks for the last few gets them in the order of the index, however many there are: SQLite has
-- the id behind the columns of every index.
DROP INDEX outbox_address;
DROP INDEX outbox_stranger;
CREATE INDEX outbox_address ON outbox(address, created_at, id);
CREATE INDEX outbox_stranger ON outbox(created_at, id) WHERE stranger = 1;
