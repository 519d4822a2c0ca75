-- As chunks.sql.
WITH ours AS NOT MATERIALIZED (SELECT name FROM dictrack.groups WHERE mark = $1::bigint)
DELETE FROM dictrack.layouts AS l
USING unnest($2::bytea[], $3::integer[]) AS d (name, part)
WHERE l.name = d.name AND l.part >= d.part AND EXISTS (SELECT FROM ours WHERE ours.name = d.name)
