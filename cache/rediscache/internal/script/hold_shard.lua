-- Holds a shard for a flush, or releases it. Its epoch changes with the hold, so that no process commits to what it knows
-- of the groups there.
--
-- KEYS  1 head of the shard
-- ARGV  1 process, 2 the new epoch, empty to extend the hold, 3 milliseconds, 0 to release
-- Returns 1, or 0 if another process holds the shard.
if #ARGV == 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local flush = redis.call('HGET', KEYS[1], HEAD_FLUSH)
local mine = flush and string.sub(flush, 1, PROCESS_LAST) == ARGV[1]
if ARGV[3] == '0' then
  if mine then redis.call('HDEL', KEYS[1], HEAD_FLUSH) end
  return 1
end
local held = flush and (tonumber(string.sub(flush, AFTER_PROCESS)) or 0) > now
if not mine and (ARGV[2] == '' or held) then return 0 end
redis.call('HSET', KEYS[1], HEAD_FLUSH, ARGV[1] .. string.format('%.0f', now + ARGV[3]))
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], HEAD_EPOCH, ARGV[2]) end
return 1
