
-- By this the tickets are found that a person may see, since he follows their project.
CREATE INDEX ticket_project ON ticket(project) WHERE project > 0;
