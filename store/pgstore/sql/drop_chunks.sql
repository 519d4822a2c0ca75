-- As chunks.sql.
WITH written AS NOT MATERIALIZED (SELECT name, mark FROM dictrack.groups)
DELETE FROM dictrack.chunks
WHERE ctid = ANY (ARRAY (
	SELECT old.ctid
	FROM unnest($2::bytea[], $3::integer[]) AS d (name, part)
	CROSS JOIN LATERAL (SELECT t.ctid FROM dictrack.chunks AS t WHERE t.name = d.name AND t.part >= d.part OFFSET 0) AS old
	WHERE (SELECT w.mark FROM written AS w WHERE w.name = d.name) = $1::bigint
))
