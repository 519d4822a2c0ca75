-- Evicts groups that were not used for some time and that the store has.
--
-- KEYS  1 head of the shard, 2 names, 3 dirty groups, 4 due times, then for each group: itself, dirty ids, dirty chunks
-- ARGV  1 seconds of idleness, then the names of the groups
-- Returns how many were evicted.
if #ARGV == 0 then return 0 end
local call = redis.call
local evicted = 0
for i = 2, #ARGV do
  local name, key = ARGV[i], 3 * i - 1
  local idle = call('OBJECT', 'IDLETIME', KEYS[key])
  if idle and idle >= tonumber(ARGV[1]) then
    local stored = call('HMGET', KEYS[key], FIELD_META, FIELD_STORE_VERSION)
    local meta, persisted = stored[1], stored[2]
    if meta and persisted
        and string.sub(meta, VERSION_FIRST, VERSION_LAST) == string.sub(persisted, VERSION_FIRST, VERSION_LAST) then
      call('DEL', KEYS[key], KEYS[key + 1], KEYS[key + 2])
      call('ZREM', KEYS[2], name)
      call('ZREM', KEYS[3], name)
      call('ZREM', KEYS[4], name)
      evicted = evicted + 1
    end
  end
end
if evicted > 0 then call('HINCRBY', KEYS[1], HEAD_EVICTIONS, 1) end
return evicted
