-- Holds a shard for a flush, or lets it go. Its epoch changes at once, so that no process goes on with what it knows.
--
-- KEYS  1 head of the shard
-- ARGV  1 process, 2 the next epoch, empty to hold on, 3 milliseconds, 0 to let go
if #ARGV == 0 then return 0 end
local now = redis.call('TIME')
local time = now[1] * 1000 + math.floor(now[2] / 1000)
local flush = redis.call('HGET', KEYS[1], 'flush')
local mine = flush and string.sub(flush, 1, 8) == ARGV[1]
if ARGV[3] == '0' then
  if mine then redis.call('HDEL', KEYS[1], 'flush') end
  return 1
end
if not mine and (ARGV[2] == '' or flush and (tonumber(string.sub(flush, 9)) or 0) > time) then return 0 end
redis.call('HSET', KEYS[1], 'flush', ARGV[1] .. string.format('%.0f', time + ARGV[3]))
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'epoch', ARGV[2]) end
return 1
