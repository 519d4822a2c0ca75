-- Tables grow from nothing to millions of rows while a session lives, and with them what the planner
-- thinks best. Commits look up rows by their keys whatever it thinks.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
	set_config('enable_seqscan', 'off', true),
	set_config('enable_hashjoin', 'off', true),
	set_config('enable_mergejoin', 'off', true),
	set_config('enable_material', 'off', true),
	set_config('jit', 'off', true)
