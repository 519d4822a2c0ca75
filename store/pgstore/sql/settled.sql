-- Waits until no transaction is at work on the group, if it is there.
SELECT FROM dictrack.groups WHERE name = $1::bytea FOR SHARE
