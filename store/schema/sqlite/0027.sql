-- The Message-ID under which the relay has sent a mail, where it is not ours, and whether its
-- author has been told that it is late.
ALTER TABLE outbox ADD COLUMN relay_id TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_relay_id ON outbox(relay_id) WHERE relay_id <> '';
