-- Commits changes of groups by compare-and-set. Of each group that is stored as the caller expects, it carries out all
-- commands; of another none, and it answers what is stored.
--
-- KEYS  for each group: 1 head of its shard, 2 the group, 3 message ids of the shard if there are ids, then those of
--       commands
-- ARGV  for each group: 1 the sizes of its part, see read_sizes
--       2 what is expected: epoch, then mark and version of the group, or EXPECT_ABSENT, or "?", which is never met
--       3 what is needed when that is not met: process, whether it wants a lease, version of the layout that it has,
--         number of evictions; then the ids, and the stored form that is expected of each; then commands, each as name,
--         index of the key, number of arguments, arguments; last the fields of the group and their values, to be set.
--       Commands that fail if their key has another type come before those on ids and group, whose types are known by
--       then: Redis rolls nothing back.
-- Returns 1 if all groups were as expected, else for each group 1, an error, or what is stored.
local ARGV, KEYS, last = ARGV, KEYS, #ARGV
if last == 0 then return 0 end
local call, try, sub = redis.call, redis.pcall, string.sub

local function milliseconds(time) return time[1] * 1000 + math.floor(time[2] / 1000) end

-- commit_any handles every commit. Its keys are those behind index k, its arguments those behind a and up to z. Meta is
-- the record of the group, epoch that of its shard; each may be the error of reading it. While a process has a lease on
-- the group, the record begins with LEASE_MARK, so that the lease is read only then.
local function commit_any(k, a, z, ids, fields, meta, epoch)
  local head, group, lease = KEYS[k + 1], KEYS[k + 2], nil
  if type(meta) == 'table' then return meta end
  if type(epoch) == 'table' then return epoch end
  if meta and sub(meta, 1, 1) == LEASE_MARK then
    meta, lease = MARK .. sub(meta, 2), call('HGET', group, FIELD_LEASE)
  end
  local expected, slow = ARGV[a + 1], ARGV[a + 2]
  a = a + 2

  local same_epoch = epoch == sub(expected, 1, EPOCH_LAST)
  local same = same_epoch
  if same then
    if meta then
      same = sub(meta, 1, MARK_AND_VERSION_LAST) == sub(expected, EXPECTED_FIRST)
    else
      same = sub(expected, EXPECTED_FIRST) == EXPECT_ABSENT
          and (call('HGET', head, HEAD_EVICTIONS) or '0') == sub(slow, SLOW_EVICTIONS)
    end
  end
  local found
  if ids > 0 then
    local stored = call('HMGET', KEYS[k + 3], unpack(ARGV, a + 1, a + ids))
    for i = 1, ids do
      if stored[i] and stored[i] ~= ARGV[a + ids + i] then
        found = found or {}
        found[#found + 1] = tostring(i - 1)
        found[#found + 1] = stored[i]
      end
    end
    a = a + 2 * ids
  end

  if lease or found or not same then
    local time = call('TIME')
    local now = milliseconds(time)
    local process = sub(slow, 1, PROCESS_LAST)
    local foreign = lease and sub(lease, 1, PROCESS_LAST) ~= process and (tonumber(sub(lease, AFTER_PROCESS)) or 0) > now
    if found or not same then
      if not epoch then return {CODE_NO_EPOCH} end
      local shard = call('HMGET', head, HEAD_FLUSH, HEAD_EVICTIONS, HEAD_FLOOR, HEAD_SINCE)
      local flush, evictions, floor, since = shard[1], shard[2], shard[3], shard[4]
      if flush and (tonumber(sub(flush, AFTER_PROCESS)) or 0) > now then return {CODE_FLUSHING} end
      if sub(slow, SLOW_LEASE, SLOW_LEASE) == WANT_LEASE and meta and sub(meta, 1, 1) == MARK and not foreign then
        call('HSET', group, FIELD_LEASE, process .. string.format('%.0f', now + LEASE_MILLISECONDS),
          FIELD_META, LEASE_MARK .. sub(meta, 2))
      end
      local same_layout, names, values = '', {}, nil
      local chunks = meta and math.ceil((tonumber(sub(meta, COUNT_FIRST, COUNT_LAST), 16) or 0) / CHUNK_SIZE)
      if meta and same_epoch and chunks < MAX_ARGS
          and sub(meta, LAYOUT_FIRST, LAYOUT_LAST) == sub(slow, SLOW_LAYOUT_FIRST, SLOW_LAYOUT_LAST) then
        same_layout, names = '1', {FIELD_META, FIELD_STORE_VERSION, FIELD_PATCH}
        for i = 0, chunks - 1 do names[#names + 1] = STATES_PREFIX .. i end
        values = call('HMGET', group, unpack(names))
      else
        values = call('HGETALL', group)
      end
      local recent = (tonumber(since) or 0) + MIN_EPOCH_AGE > tonumber(time[1]) and '1' or ''
      return {CODE_GROUP, epoch, evictions or '0', floor or '', recent, found or {}, same_layout, names, values}
    end
    if foreign and a < z then return {CODE_YIELD} end
  end

  if lease and a < z then call('HDEL', group, FIELD_LEASE) end
  while a < z - fields do
    local count = tonumber(ARGV[a + 3])
    call(ARGV[a + 1], KEYS[k + tonumber(ARGV[a + 2])], unpack(ARGV, a + 4, a + 3 + count))
    a = a + 3 + count
  end
  if fields > 0 then call('HSET', group, unpack(ARGV, a + 1, z)) end
  return 1
end

-- read_sizes unpacks the numbers of keys, message ids, fields and arguments of a group's part.
local function read_sizes(packed)
  local rest = tonumber(packed)
  local keys = rest % KEY_SIZES
  rest = (rest - keys) / KEY_SIZES
  local ids = rest % ID_SIZES
  rest = (rest - ids) / ID_SIZES
  local fields = rest % FIELD_SIZES
  return keys, ids, fields, (rest - fields) / FIELD_SIZES
end

local answers
local packed, keys, ids, fields, size -- most groups have the sizes of the group before them
local k, a, n = 0, 0, 0
while a < last do
  a, n = a + 1, n + 1
  if ARGV[a] ~= packed then
    packed = ARGV[a]
    keys, ids, fields, size = read_sizes(packed)
  end

  -- the fast path of most commits: the group is as expected, and only fields of its own are set
  local meta, epoch, answer = try('HGET', KEYS[k + 2], FIELD_META), try('HGET', KEYS[k + 1], HEAD_EPOCH), nil
  if fields > 0 and size == fields + 2 and type(meta) == 'string' and type(epoch) == 'string'
      and epoch .. sub(meta, 1, MARK_AND_VERSION_LAST) == ARGV[a + 1] then
    answer = try('HSET', KEYS[k + 2], unpack(ARGV, a + 3, a + size))
    if type(answer) == 'number' then answer = 1 end
  else
    local done
    done, answer = pcall(commit_any, k, a, a + size, ids, fields, meta, epoch)
    if not done and type(answer) == 'string' then answer = {err = answer} end
  end

  if answer ~= 1 and not answers then
    answers = {}
    for i = 1, n - 1 do answers[i] = 1 end
  end
  if answers then answers[n] = answer end
  k, a = k + keys, a + size
end
return answers or 1
