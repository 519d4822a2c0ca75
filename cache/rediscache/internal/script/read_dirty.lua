-- Reads a group with the message ids and chunks that the store does not have.
--
-- KEYS  1 head of the shard, 2 the group, 3 message ids of the shard, 4 dirty message ids, 5 dirty chunks
-- ARGV  1 name of the group
-- Returns the epoch, and names and values of: the group, its dirty chunks, its dirty message ids.
if #ARGV == 0 then return 0 end
local call = redis.call
local dirty, ids = call('LRANGE', KEYS[4], 0, -1), {}
for from = 1, #dirty, MAX_ARGS do
  local names = {}
  for i = from, math.min(from + MAX_ARGS - 1, #dirty) do
    names[#names + 1] = ARGV[1] .. '\0' .. string.sub(dirty[i], AFTER_NUMBER)
  end
  local stored = call('HMGET', KEYS[3], unpack(names))
  for i = 1, #names do
    if stored[i] then
      ids[#ids + 1] = names[i]
      ids[#ids + 1] = stored[i]
    end
  end
end
return {call('HGET', KEYS[1], HEAD_EPOCH) or '', call('HGETALL', KEYS[2]), call('HGETALL', KEYS[5]), ids}
