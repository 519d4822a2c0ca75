SELECT name FROM dictrack.groups WHERE name > $1::bytea ORDER BY name LIMIT $2::integer
