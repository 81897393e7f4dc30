
-- Nobody asks for a ticket's mails here: its items name theirs. Every mail wrote to it.
DROP INDEX journal_ticket;

-- Prints are made in another way: compared with the old ones a folder would be taken for another
-- mailbox's.
UPDATE imap_mail SET print = NULL WHERE print IS NOT NULL;

-- Of which trouble with an account the administrators were told: '' for none, 'partly', 'down'.
ALTER TABLE imap_account ADD COLUMN health TEXT NOT NULL DEFAULT '';
UPDATE imap_account SET health = 'down' WHERE alarmed_at IS NOT NULL;
