-- Waits for transactions that insert the group: inserts a row with its name, which is rolled back.
INSERT INTO dictrack.groups (name, base, version, initialized, tracker_count, tx_tag, checksum)
VALUES ($1::bytea, 0, 0, false, 0, 0, '')
ON CONFLICT (name) DO NOTHING
