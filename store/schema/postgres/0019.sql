-- The words of an item as store.Words has them, each behind the bucket of the item: the step is
-- followed by searchStep's, which writes those of all items.
DELETE FROM search;

-- Lists and counts by status are had from an index alone, without a look at the tickets.
DROP INDEX ticket_status;
DROP INDEX ticket_requester;
CREATE INDEX ticket_status ON ticket(status, merged_into, number);
CREATE INDEX ticket_requester ON ticket(requester, number, merged_into, status);
CREATE INDEX ticket_agent ON ticket(agent, number, merged_into, status);
