-- Of how much of a contract's hours was told in a period: each once, and anew where more are bought.
CREATE TABLE hours_told (
	contract INTEGER NOT NULL, from_at INTEGER NOT NULL, bought INTEGER NOT NULL, mark TEXT NOT NULL,
	PRIMARY KEY (contract, from_at, bought, mark)
) WITHOUT ROWID;
CREATE INDEX ticket_service ON ticket(service) WHERE service > 0;
