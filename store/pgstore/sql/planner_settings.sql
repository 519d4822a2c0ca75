-- A session keeps its generic plans while tables grow from nothing to millions of rows. These settings make all plans
-- use the indexes from the start, whatever the statistics say.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
	set_config('enable_seqscan', 'off', true),
	set_config('enable_hashjoin', 'off', true),
	set_config('enable_mergejoin', 'off', true),
	set_config('enable_material', 'off', true),
	set_config('jit', 'off', true)
