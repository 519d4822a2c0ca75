-- Waits until no transaction is making the group: a row of its name, which is rolled back.
INSERT INTO dictrack.groups (name, base, version, fed, places, mark, seal)
VALUES ($1::bytea, 0, 0, false, 0, 0, '')
ON CONFLICT (name) DO NOTHING
