-- The words of an item as store.Words has them, with no positions: the step is followed by
-- searchStep's, which writes those of all items.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE search_word USING fts5vocab(search, instance);

-- Lists and counts by status are had from an index alone, without a look at the tickets.
DROP INDEX ticket_status;
DROP INDEX ticket_requester;
CREATE INDEX ticket_status ON ticket(status, merged_into, number);
CREATE INDEX ticket_requester ON ticket(requester, number, merged_into, status);
CREATE INDEX ticket_agent ON ticket(agent, number, merged_into, status);
