-- See upsert_chunks.sql.
WITH written AS NOT MATERIALIZED (SELECT name, tx_tag FROM dictrack.groups)
INSERT INTO dictrack.message_ids (name, id, hash, version, expires)
SELECT i.name, i.id, i.hash, i.version, i.expires
FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[]) AS i (name, id, hash, version, expires)
WHERE (SELECT w.tx_tag FROM written AS w WHERE w.name = i.name) = $1::bigint
ON CONFLICT (name, id) DO UPDATE SET hash = excluded.hash, version = excluded.version, expires = excluded.expires
