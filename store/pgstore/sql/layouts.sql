INSERT INTO dictrack.layouts (name, part, ids)
SELECT l.name, l.part, l.ids
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS l (name, part, ids)
WHERE EXISTS (SELECT FROM dictrack.groups AS g WHERE g.name = l.name AND g.mark = $1::bigint)
ON CONFLICT (name, part) DO UPDATE SET ids = excluded.ids
