-- Waits until no transaction is at work on the group.
SELECT FROM dictrack.groups WHERE name = $1::bytea FOR SHARE
