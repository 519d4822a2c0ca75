-- A group is a row of groups, with the states of its first 128 trackers, a row of chunks for each further
-- 128, and a row of layouts for each 128 definitions. What is bytea begins with the format and ends with a
-- checksum, except names, ids and JSON. The tables hold what the program needs, the views what people read.

CREATE TABLE dictrack.floor (
	sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
	version bigint NOT NULL,
	seal bytea NOT NULL
);
COMMENT ON TABLE dictrack.floor IS 'The version that new groups start from: one row.';
INSERT INTO dictrack.floor (version, seal) VALUES (0, '\x01c632949c');

-- Most updates change no indexed column: with room in the page they touch no index.
CREATE TABLE dictrack.groups (
	name bytea PRIMARY KEY,
	base bigint NOT NULL,
	version bigint NOT NULL,
	fed boolean NOT NULL,
	due bigint,
	places integer NOT NULL CHECK (places >= 0),
	mark bigint NOT NULL,
	seal bytea NOT NULL,
	states bytea,
	changed timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX groups_due ON dictrack.groups (due, name) WHERE due IS NOT NULL;
COMMENT ON TABLE dictrack.groups IS 'Groups. See the view readable_groups.';
COMMENT ON COLUMN dictrack.groups.base IS 'The version before the last commit.';
COMMENT ON COLUMN dictrack.groups.due IS 'When the clock changes the group, in Unix milliseconds.';
COMMENT ON COLUMN dictrack.groups.places IS 'Trackers, with those that were removed and keep their place.';
COMMENT ON COLUMN dictrack.groups.mark IS 'Drawn by the transaction that wrote the row.';

CREATE TABLE dictrack.chunks (
	name bytea,
	part integer,
	states bytea NOT NULL,
	PRIMARY KEY (name, part)
) WITH (fillfactor = 80);
COMMENT ON TABLE dictrack.chunks IS 'States of the trackers of large groups, from the 129th on.';

CREATE TABLE dictrack.layouts (
	name bytea,
	part integer,
	ids bytea NOT NULL,
	PRIMARY KEY (name, part)
);
COMMENT ON TABLE dictrack.layouts IS 'Which definitions the trackers of a group have.';

CREATE TABLE dictrack.definitions (
	id bytea PRIMARY KEY,
	json bytea NOT NULL
);
COMMENT ON TABLE dictrack.definitions IS 'Definitions of trackers, shared by groups. See the view readable_definitions.';

CREATE TABLE dictrack.ids (
	name bytea,
	id bytea,
	hash bytea NOT NULL,
	version bigint NOT NULL,
	expires bigint NOT NULL,
	PRIMARY KEY (name, id)
);
CREATE INDEX ids_expires ON dictrack.ids (expires);
COMMENT ON TABLE dictrack.ids IS 'Ids of calls that happened. See the view readable_ids.';
