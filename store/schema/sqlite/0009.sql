
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
