-- Notes that the store has a group up to a version.
--
-- KEYS  1 head of the shard, 2 the group, 3 dirty groups, 4 ids waiting, 5 chunks changed
-- ARGV  1 epoch, 2 name of the group, 3 version, 4 the record of that, 5 time,
--       6 "all": the store's version is another than was noted, so that every chunk is to be brought
if #ARGV == 0 then return 0 end
local call = redis.call
if call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
local here = call('HMGET', KEYS[2], 'm', 'f')
local meta, flushed = here[1], here[2]
if not meta then
  call('ZREM', KEYS[3], ARGV[2])
  return 0
end
local version = string.sub(meta, 2, 17)
if ARGV[6] == 'all' then
  call('HSET', KEYS[5], 'all', version)
  call('HSET', KEYS[2], 'f', ARGV[4])
  return 0
end
if not flushed or string.sub(flushed, 2, 17) < ARGV[3] then
  call('HSET', KEYS[2], 'f', ARGV[4])
end
local waiting = call('LINDEX', KEYS[4], 0)
while waiting and string.sub(waiting, 1, 16) <= ARGV[3] do
  call('LPOP', KEYS[4])
  waiting = call('LINDEX', KEYS[4], 0)
end
local changed = call('HGETALL', KEYS[5])
for i = 1, #changed, 2 do
  if changed[i + 1] <= ARGV[3] then call('HDEL', KEYS[5], changed[i]) end
end
if version == ARGV[3] then
  call('ZREM', KEYS[3], ARGV[2])
  return 1
end
call('ZADD', KEYS[3], 'XX', ARGV[5], ARGV[2])
return 0
