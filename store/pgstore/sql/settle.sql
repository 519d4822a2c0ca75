SELECT name, version, mark FROM dictrack.groups WHERE name = ANY ($1::bytea[])
