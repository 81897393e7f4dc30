
-- Senders whose mail is recorded and nothing else, by address or domain.
CREATE TABLE block (sender TEXT PRIMARY KEY, blocked_at BIGINT NOT NULL);

-- Whether a person waits until his organisation's CSM approves him: 'wanted', 'asked', 'refused';
-- '' for whoever is approved or needs no approval.
ALTER TABLE person ADD COLUMN admission TEXT NOT NULL DEFAULT '';
