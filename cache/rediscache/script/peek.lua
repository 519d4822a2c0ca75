-- Reads a group with the ids and chunks that the store may not have.
--
-- KEYS  1 head of the shard, 2 the group, 3 ids of the shard, 4 ids waiting, 5 chunks changed
-- ARGV  1 name of the group
if #ARGV == 0 then return 0 end
local call = redis.call
local waiting, pending = call('LRANGE', KEYS[4], 0, -1), {}
for from = 1, #waiting, 1000 do
  local ids = {}
  for i = from, math.min(from + 999, #waiting) do
    ids[#ids + 1] = ARGV[1] .. '\0' .. string.sub(waiting[i], 17)
  end
  local seen = call('HMGET', KEYS[3], unpack(ids))
  for i = 1, #ids do
    if seen[i] then
      pending[#pending + 1] = ids[i]
      pending[#pending + 1] = seen[i]
    end
  end
end
return {call('HGET', KEYS[1], 'epoch') or '', call('HGETALL', KEYS[2]), call('HGETALL', KEYS[5]), pending}
