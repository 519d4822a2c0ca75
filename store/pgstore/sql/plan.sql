-- A session keeps its plans while tables grow from nothing to millions of rows. So what is asked here goes
-- by the keys, whatever the planner thinks of it at first.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
	set_config('enable_seqscan', 'off', true),
	set_config('enable_hashjoin', 'off', true),
	set_config('enable_mergejoin', 'off', true),
	set_config('enable_material', 'off', true),
	set_config('jit', 'off', true)
