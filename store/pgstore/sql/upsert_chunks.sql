-- Writes only for groups that this transaction has written, which have its tag. The table groups comes first, so that all
-- sessions lock the tables in the same order: those that prepare this statement, and a Flush.
WITH written AS NOT MATERIALIZED (SELECT name, tx_tag FROM dictrack.groups)
INSERT INTO dictrack.chunks (name, chunk, states)
SELECT c.name, c.chunk, c.states
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS c (name, chunk, states)
WHERE (SELECT w.tx_tag FROM written AS w WHERE w.name = c.name) = $1::bigint
ON CONFLICT (name, chunk) DO UPDATE SET states = excluded.states
