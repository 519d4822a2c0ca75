-- Notes up to which version the store has a group.
--
-- KEYS  1 head of the shard, 2 the group, 3 dirty groups, 4 dirty message ids, 5 dirty chunks
-- ARGV  1 epoch, 2 name of the group, 3 version, 4 the StoreVersion record of that, 5 now in milliseconds,
--       6 ALL_CHUNKS if the store has an older version than was noted, so that every chunk has to be written again
-- Returns 1 if the group is clean.
if #ARGV == 0 then return 0 end
local call = redis.call
if call('HGET', KEYS[1], HEAD_EPOCH) ~= ARGV[1] then return 0 end
local stored = call('HMGET', KEYS[2], FIELD_META, FIELD_STORE_VERSION)
local meta, persisted = stored[1], stored[2]
if not meta then
  call('ZREM', KEYS[3], ARGV[2])
  return 0
end
local version = string.sub(meta, VERSION_FIRST, VERSION_LAST)
if ARGV[6] == ALL_CHUNKS then
  call('HSET', KEYS[5], ALL_CHUNKS, version)
  call('HSET', KEYS[2], FIELD_STORE_VERSION, ARGV[4])
  return 0
end
if not persisted or string.sub(persisted, VERSION_FIRST, VERSION_LAST) < ARGV[3] then
  call('HSET', KEYS[2], FIELD_STORE_VERSION, ARGV[4])
end
local id = call('LINDEX', KEYS[4], 0)
while id and string.sub(id, 1, NUMBER_SIZE) <= ARGV[3] do
  call('LPOP', KEYS[4])
  id = call('LINDEX', KEYS[4], 0)
end
local chunks = call('HGETALL', KEYS[5])
for i = 1, #chunks, 2 do
  if chunks[i + 1] <= ARGV[3] then call('HDEL', KEYS[5], chunks[i]) end
end
if version == ARGV[3] then
  call('ZREM', KEYS[3], ARGV[2])
  return 1
end
call('ZADD', KEYS[3], 'XX', ARGV[5], ARGV[2])
return 0
