
-- Who sees the tickets of a project, since he follows it.
CREATE TABLE project_follower (
	project INTEGER NOT NULL, person INTEGER NOT NULL REFERENCES person(id),
	PRIMARY KEY (project, person)
) WITHOUT ROWID;
CREATE INDEX project_follower_person ON project_follower(person);

-- By these the tickets are found that a person may see.
CREATE INDEX ticket_controller ON ticket(controller) WHERE controller <> requester;
CREATE INDEX ticket_assignee ON ticket(assignee) WHERE assignee > 0;
CREATE INDEX ticket_link_other ON ticket_link(other);
CREATE INDEX follower_person ON follower(person);
CREATE INDEX person_organisation ON person(organisation) WHERE organisation > 0;
