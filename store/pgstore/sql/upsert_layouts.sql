-- See upsert_chunks.sql.
WITH written AS NOT MATERIALIZED (SELECT name, tx_tag FROM dictrack.groups)
INSERT INTO dictrack.layouts (name, chunk, definition_ids)
SELECT l.name, l.chunk, l.definition_ids
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS l (name, chunk, definition_ids)
WHERE (SELECT w.tx_tag FROM written AS w WHERE w.name = l.name) = $1::bigint
ON CONFLICT (name, chunk) DO UPDATE SET definition_ids = excluded.definition_ids
