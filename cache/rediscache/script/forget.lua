-- Forgets ids whose end is over. An id that was remembered again has a later end, and is in another place too.
--
-- KEYS  1 ids of the shard, 2 hours, 3 the ids that end in one hour
-- ARGV  1 now, as in the records, 2 the hour, 3 how many at most
if #ARGV == 0 then return 0 end
local call = redis.call
for _ = 1, tonumber(ARGV[3]) do
  local first = call('LINDEX', KEYS[3], 0)
  if not first then
    call('ZREM', KEYS[2], ARGV[2])
    return 0
  end
  if string.sub(first, 1, 16) > ARGV[1] then return 0 end
  call('LPOP', KEYS[3])
  local id = string.sub(first, 17)
  local seen = call('HGET', KEYS[1], id)
  if seen and string.sub(seen, 1, 16) <= ARGV[1] then call('HDEL', KEYS[1], id) end
end
return 1
