INSERT INTO dictrack.definitions (id, json)
SELECT * FROM unnest($1::bytea[], $2::bytea[])
ON CONFLICT (id) DO NOTHING
