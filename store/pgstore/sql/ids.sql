-- As chunks.sql.
WITH ours AS NOT MATERIALIZED (SELECT name FROM dictrack.groups WHERE mark = $1::bigint)
INSERT INTO dictrack.ids (name, id, hash, version, expires)
SELECT i.name, i.id, i.hash, i.version, i.expires
FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[]) AS i (name, id, hash, version, expires)
WHERE EXISTS (SELECT FROM ours WHERE ours.name = i.name)
ON CONFLICT (name, id) DO UPDATE SET hash = excluded.hash, version = excluded.version, expires = excluded.expires
