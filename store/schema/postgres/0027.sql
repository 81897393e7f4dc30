-- Of how much of a contract's hours was told in a period: each once, and anew where more are bought.
CREATE TABLE hours_told (
	contract BIGINT NOT NULL, from_at BIGINT NOT NULL, bought BIGINT NOT NULL, mark TEXT NOT NULL,
	PRIMARY KEY (contract, from_at, bought, mark)
);
CREATE INDEX ticket_service ON ticket(service) WHERE service > 0;
