-- A group is a row in groups, with the states of its first 128 trackers, a row in chunks for the states of each further
-- 128, and a row in layouts for each 128 definitions. Values of type bytea begin with the version of the format and end
-- with a checksum, except names, ids and JSON. Programs use the tables, people the views.

CREATE TABLE dictrack.first_version (
	sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
	version bigint NOT NULL,
	checksum bytea NOT NULL
);
COMMENT ON TABLE dictrack.first_version IS 'The version that new groups start from: one row.';
INSERT INTO dictrack.first_version (version, checksum) VALUES (0, '\x01c632949c');

-- Most updates change no indexed column: with free space in the page they are heap-only (HOT).
CREATE TABLE dictrack.groups (
	name bytea PRIMARY KEY,
	base bigint NOT NULL,
	version bigint NOT NULL,
	initialized boolean NOT NULL,
	due bigint,
	tracker_count integer NOT NULL CHECK (tracker_count >= 0),
	tx_tag bigint NOT NULL,
	checksum bytea NOT NULL,
	states bytea,
	changed timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX groups_due ON dictrack.groups (due, name) WHERE due IS NOT NULL;
COMMENT ON TABLE dictrack.groups IS 'Groups. See the view readable_groups.';
COMMENT ON COLUMN dictrack.groups.base IS 'The version before the last commit.';
COMMENT ON COLUMN dictrack.groups.due IS 'When the clock changes the group next, in Unix milliseconds.';
COMMENT ON COLUMN dictrack.groups.tracker_count IS 'Number of trackers, including removed ones.';
COMMENT ON COLUMN dictrack.groups.tx_tag IS 'Random tag of the transaction that wrote the row.';

CREATE TABLE dictrack.chunks (
	name bytea,
	chunk integer,
	states bytea NOT NULL,
	PRIMARY KEY (name, chunk)
) WITH (fillfactor = 80);
COMMENT ON TABLE dictrack.chunks IS 'States of the trackers of large groups, from the 129th on.';

CREATE TABLE dictrack.layouts (
	name bytea,
	chunk integer,
	definition_ids bytea NOT NULL,
	PRIMARY KEY (name, chunk)
);
COMMENT ON TABLE dictrack.layouts IS 'Which definitions the trackers of a group have.';

CREATE TABLE dictrack.definitions (
	id bytea PRIMARY KEY,
	json bytea NOT NULL
);
COMMENT ON TABLE dictrack.definitions IS 'Definitions of trackers, shared by groups. See the view readable_definitions.';

CREATE TABLE dictrack.message_ids (
	name bytea,
	id bytea,
	hash bytea NOT NULL,
	version bigint NOT NULL,
	expires bigint NOT NULL,
	PRIMARY KEY (name, id)
);
CREATE INDEX message_ids_expires ON dictrack.message_ids (expires);
COMMENT ON TABLE dictrack.message_ids IS 'Ids of messages that were applied. See the view readable_message_ids.';
-- Views for people. Names may be any bytes: those that are not UTF-8 are shown with escapes.

CREATE FUNCTION dictrack.readable(bytes bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
	RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN OTHERS THEN
	RETURN encode(bytes, 'escape');
END $$;

-- NULL for a definition that jsonb cannot hold, such as one with a NUL.
CREATE FUNCTION dictrack.readable_json(bytes bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
	RETURN convert_from(bytes, 'UTF8')::jsonb;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END $$;

-- NULL for times outside of the range of timestamps.
CREATE FUNCTION dictrack.readable_time(ms bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT CASE WHEN ms BETWEEN -62135596800000 AND 253402300799999 THEN to_timestamp(ms / 1000.0) END
$$;

CREATE VIEW dictrack.readable_groups AS
SELECT dictrack.readable(name) AS name, version, tracker_count AS trackers, initialized, dictrack.readable_time(due) AS due, changed,
	name AS key
FROM dictrack.groups;
COMMENT ON VIEW dictrack.readable_groups IS
	'Groups. Look one up by its key: WHERE key = ''Robot001''::bytea. Trackers includes removed ones.';

CREATE VIEW dictrack.readable_definitions AS
SELECT encode(id, 'hex') AS id, dictrack.readable_json(json) ->> 'name' AS name, dictrack.readable_json(json) AS definition
FROM dictrack.definitions;

CREATE VIEW dictrack.readable_message_ids AS
SELECT dictrack.readable(name) AS name, dictrack.readable(id) AS id, version, dictrack.readable_time(expires) AS expires, name AS key
FROM dictrack.message_ids;
