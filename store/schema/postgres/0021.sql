-- What is held is listed.

CREATE INDEX item_held ON item(id) WHERE state = 'held';
