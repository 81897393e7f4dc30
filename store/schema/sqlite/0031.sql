-- By the clock of which zone a person wants to be left in peace, "Europe/Madrid"; "": the desk's.
ALTER TABLE person ADD COLUMN timezone TEXT NOT NULL DEFAULT '';
