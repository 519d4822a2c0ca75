-- See upsert_chunks.sql.
WITH written AS NOT MATERIALIZED (SELECT name, tx_tag FROM dictrack.groups)
DELETE FROM dictrack.layouts
WHERE ctid = ANY (ARRAY (
	SELECT old.ctid
	FROM unnest($2::bytea[], $3::integer[]) AS d (name, chunk)
	CROSS JOIN LATERAL (SELECT t.ctid FROM dictrack.layouts AS t WHERE t.name = d.name AND t.chunk >= d.chunk OFFSET 0) AS old
	WHERE (SELECT w.tx_tag FROM written AS w WHERE w.name = d.name) = $1::bigint
))
