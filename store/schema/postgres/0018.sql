-- By this it is found whether somebody has the name of one who is known.
CREATE INDEX person_name ON person (lower(name));
