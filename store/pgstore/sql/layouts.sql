-- As chunks.sql.
WITH written AS NOT MATERIALIZED (SELECT name, mark FROM dictrack.groups)
INSERT INTO dictrack.layouts (name, part, ids)
SELECT l.name, l.part, l.ids
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS l (name, part, ids)
WHERE (SELECT w.mark FROM written AS w WHERE w.name = l.name) = $1::bigint
ON CONFLICT (name, part) DO UPDATE SET ids = excluded.ids
