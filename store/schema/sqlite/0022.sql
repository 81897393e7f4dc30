
-- By this the items of all tickets are found that wait for an agent.
CREATE INDEX item_pending ON item(id) WHERE state = 'pending';
