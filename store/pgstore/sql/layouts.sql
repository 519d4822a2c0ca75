-- As chunks.sql.
WITH ours AS NOT MATERIALIZED (SELECT name FROM dictrack.groups WHERE mark = $1::bigint)
INSERT INTO dictrack.layouts (name, part, ids)
SELECT l.name, l.part, l.ids
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS l (name, part, ids)
WHERE EXISTS (SELECT FROM ours WHERE ours.name = l.name)
ON CONFLICT (name, part) DO UPDATE SET ids = excluded.ids
