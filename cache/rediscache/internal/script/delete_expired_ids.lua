-- Deletes message ids that have expired. An id that was remembered again expires later, and is in the list of another
-- hour too.
--
-- KEYS  1 message ids of the shard, 2 hours, 3 the ids that expire in one hour
-- ARGV  1 now, as in the records, 2 the hour, 3 how many at most
-- Returns 1 if there may be more.
if #ARGV == 0 then return 0 end
local call = redis.call
for _ = 1, tonumber(ARGV[3]) do
  local first = call('LINDEX', KEYS[3], 0)
  if not first then
    call('ZREM', KEYS[2], ARGV[2])
    return 0
  end
  if string.sub(first, 1, NUMBER_SIZE) > ARGV[1] then return 0 end
  call('LPOP', KEYS[3])
  local id = string.sub(first, AFTER_NUMBER)
  local stored = call('HGET', KEYS[1], id)
  if stored and string.sub(stored, 1, NUMBER_SIZE) <= ARGV[1] then call('HDEL', KEYS[1], id) end
end
return 1
