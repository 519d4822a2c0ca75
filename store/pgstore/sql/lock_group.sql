-- Waits for transactions that write the group, if it exists.
SELECT FROM dictrack.groups WHERE name = $1::bytea FOR SHARE
