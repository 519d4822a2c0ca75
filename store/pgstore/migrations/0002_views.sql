-- For people with psql. Names may be any bytes: those that are no text are shown with escapes.

CREATE FUNCTION dictrack.readable(bytes bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
	RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN OTHERS THEN
	RETURN encode(bytes, 'escape');
END $$;

-- A definition may hold what jsonb cannot, as a NUL: then there is nothing to see.
CREATE FUNCTION dictrack.readable_json(bytes bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
	RETURN convert_from(bytes, 'UTF8')::jsonb;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END $$;

-- Moments far outside of what a timestamp is for are not shown.
CREATE FUNCTION dictrack.readable_time(ms bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT CASE WHEN ms BETWEEN -62135596800000 AND 253402300799999 THEN to_timestamp(ms / 1000.0) END
$$;

CREATE VIEW dictrack.readable_groups AS
SELECT dictrack.readable(name) AS name, version, places AS trackers, fed, dictrack.readable_time(due) AS due, changed,
	name AS key
FROM dictrack.groups;
COMMENT ON VIEW dictrack.readable_groups IS
	'Groups. One is found fast by its key: WHERE key = ''Robot001''::bytea. Trackers counts removed ones that keep their place.';

CREATE VIEW dictrack.readable_definitions AS
SELECT encode(id, 'hex') AS id, dictrack.readable_json(json) ->> 'name' AS name, dictrack.readable_json(json) AS definition
FROM dictrack.definitions;

CREATE VIEW dictrack.readable_ids AS
SELECT dictrack.readable(name) AS name, dictrack.readable(id) AS id, version, dictrack.readable_time(expires) AS expires, name AS key
FROM dictrack.ids;
