-- Drops groups that nobody used for some time and that the store has.
--
-- KEYS  1 head of the shard, 2 names, 3 dirty groups, 4 due times, then for each group: itself, ids waiting, chunks changed
-- ARGV  1 seconds of idleness, then the names of the groups
if #ARGV == 0 then return 0 end
local call = redis.call
local dropped = 0
for i = 2, #ARGV do
  local name, key = ARGV[i], 3 * i - 1
  local idle = call('OBJECT', 'IDLETIME', KEYS[key])
  if idle and idle >= tonumber(ARGV[1]) then
    local here = call('HMGET', KEYS[key], 'm', 'f')
    if here[1] and here[2] and string.sub(here[1], 2, 17) == string.sub(here[2], 2, 17) then
      call('DEL', KEYS[key], KEYS[key + 1], KEYS[key + 2])
      call('ZREM', KEYS[2], name)
      call('ZREM', KEYS[3], name)
      call('ZREM', KEYS[4], name)
      dropped = dropped + 1
    end
  end
end
if dropped > 0 then call('HINCRBY', KEYS[1], 'drops', 1) end
return dropped
