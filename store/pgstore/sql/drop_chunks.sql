-- As chunks.sql.
WITH ours AS NOT MATERIALIZED (SELECT name FROM dictrack.groups WHERE mark = $1::bigint)
DELETE FROM dictrack.chunks AS c
USING unnest($2::bytea[], $3::integer[]) AS d (name, part)
WHERE c.name = d.name AND c.part >= d.part AND EXISTS (SELECT FROM ours WHERE ours.name = d.name)
