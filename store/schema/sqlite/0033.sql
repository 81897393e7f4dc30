-- What was opened or closed in a time is counted without a look at all tickets.
CREATE INDEX ticket_created ON ticket(created_at);
CREATE INDEX ticket_closed ON ticket(closed_at) WHERE closed_at IS NOT NULL;
