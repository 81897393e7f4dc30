
-- When a folder's UIDs were last found to be given out once more.
ALTER TABLE imap_folder ADD COLUMN set_back_at INTEGER;

-- Sent mail may wait for the mail that it answers.
DROP INDEX imap_owed;
CREATE INDEX imap_owed ON imap_mail(account, folder, uidvalidity, uid) WHERE state IN (
	'taken', 'copied', 'failed', 'waiting'
);
