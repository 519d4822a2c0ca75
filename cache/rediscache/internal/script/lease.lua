-- Takes, extends or releases a lease.
--
-- KEYS  1 the lease
-- ARGV  1 process, 2 milliseconds, 0 to release
-- Returns 1, or 0 if another process has it.
if #ARGV == 0 then return 0 end
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
