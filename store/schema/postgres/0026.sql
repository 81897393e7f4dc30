-- What was opened or closed in a time is counted without a look at all tickets.
CREATE INDEX ticket_created ON ticket(created_at);
CREATE INDEX ticket_closed ON ticket(closed_at) WHERE closed_at IS NOT NULL;

-- The items of many tickets are found without a look at the items.
ALTER TABLE item DROP CONSTRAINT item_ticket_number_key;
CREATE UNIQUE INDEX item_number_key ON item(ticket, number) INCLUDE (id);
