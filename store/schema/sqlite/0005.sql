
-- Whose words may be repeated to his address: whoever has answered with a token, was proven, or was
-- entered by an agent. Whoever wrote nothing of his own here was entered.
ALTER TABLE person ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
UPDATE person SET known = 1 WHERE role <> 'customer'
	OR EXISTS (SELECT 1 FROM item i JOIN journal j ON j.id = i.mail
		WHERE i.author = person.id AND j.evidence = 'T')
	OR NOT EXISTS (SELECT 1 FROM item i WHERE i.author = person.id AND i.via = '');
