
-- What support costs, while the ticket waits until its customer accepts that.
ALTER TABLE ticket ADD COLUMN offer TEXT NOT NULL DEFAULT '';
