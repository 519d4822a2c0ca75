-- Compares what processes believe of groups with what is here. Of each group where all is as believed, it does all that
-- it is asked to do; else nothing, and it tells what is here.
--
-- KEYS  for each group: 1 head of its shard, 2 the group, 3 ids of the shard if there are ids, then those of commands
-- ARGV  for each group: 1 the numbers of its keys, ids, fields and arguments as one, see below
--       2 epoch and, behind it, format and version ("-": there is no group, "?": whatever is here is asked for)
--       3 what is seldom looked at: process (8), "1" when it was too late several times (1), version of the layout that
--       is known (16), drops; then the ids, and what is believed of each; then commands: name, index of the key, number
--       of arguments, arguments; last the fields of the group and their values, to be written.
--       What could fail for the type of its key comes before ids and group, whose types are known by then: Redis takes
--       nothing back.
-- It returns 1 when it did all, else for each group 1, an error, or what is here.
local ARGV, KEYS, last = ARGV, KEYS, #ARGV
if last == 0 then return 0 end
local call, try, sub = redis.call, redis.pcall, string.sub

-- careful does what is not the usual commit. Its keys come behind k, its arguments behind a and up to z. Meta is that of
-- the group, epoch that of the shard; each may be the error of reading it. While somebody is let through first, meta has
-- "!" in place of the format, so that only then the lease has to be looked for.
local function careful(k, a, z, ids, fields, meta, epoch)
  local head, group, lease = KEYS[k + 1], KEYS[k + 2], nil
  if type(meta) == 'table' then return meta end
  if type(epoch) == 'table' then return epoch end
  if meta and sub(meta, 1, 1) == '!' then
    meta, lease = '1' .. sub(meta, 2), call('HGET', group, 'w')
  end
  local known, seldom = ARGV[a + 1], ARGV[a + 2]
  a = a + 2

  local same = epoch == sub(known, 1, 16)
  if same then
    if meta then
      same = sub(meta, 1, 17) == sub(known, 17)
    else
      same = sub(known, 17) == '-' and (call('HGET', head, 'drops') or '0') == sub(seldom, 26)
    end
  end
  local found
  if ids > 0 then
    local seen = call('HMGET', KEYS[k + 3], unpack(ARGV, a + 1, a + ids))
    for i = 1, ids do
      if seen[i] and seen[i] ~= ARGV[a + ids + i] then
        found = found or {}
        found[#found + 1] = tostring(i - 1)
        found[#found + 1] = seen[i]
      end
    end
    a = a + 2 * ids
  end

  if lease or found or not same then
    local time = call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local process = sub(seldom, 1, 8)
    local foreign = lease and sub(lease, 1, 8) ~= process and (tonumber(sub(lease, 9)) or 0) > now
    if found or not same then
      if not epoch then return {'fence'} end
      local shard = call('HMGET', head, 'flush', 'drops', 'floor', 'since')
      local flush = shard[1]
      if flush and (tonumber(sub(flush, 9)) or 0) > now then return {'busy'} end
      if sub(seldom, 9, 9) == '1' and meta and sub(meta, 1, 1) == '1' and not foreign then
        call('HSET', group, 'w', process .. string.format('%.0f', now + 50), 'm', '!' .. sub(meta, 2))
      end
      local laid, names, values = '', {}, nil
      local chunks = meta and math.ceil((tonumber(sub(meta, 66, 73), 16) or 0) / 128)
      if meta and epoch == sub(known, 1, 16) and sub(meta, 34, 49) == sub(seldom, 10, 25) and chunks < 1000 then
        laid, names = '1', {'m', 'f', 'd'}
        for i = 0, chunks - 1 do names[i + 4] = 's' .. i end
        values = call('HMGET', group, unpack(names))
      else
        values = call('HGETALL', group)
      end
      local young = (tonumber(shard[4]) or 0) + 60 > tonumber(time[1]) and '1' or ''
      return {'record', epoch, shard[2] or '0', shard[3] or '', young, found or {}, laid, names, values}
    end
    if foreign and a < z then return {'wait'} end
  end

  if lease and a < z then call('HDEL', group, 'w') end
  while a < z - fields do
    local count = tonumber(ARGV[a + 3])
    call(ARGV[a + 1], KEYS[k + tonumber(ARGV[a + 2])], unpack(ARGV, a + 4, a + 3 + count))
    a = a + 3 + count
  end
  if fields > 0 then call('HSET', group, unpack(ARGV, a + 1, z)) end
  return 1
end

local answers
local code, size, keys, ids, fields -- those of most groups are those of the one before
local k, a, n = 0, 0, 0
while a < last do
  a, n = a + 1, n + 1
  if ARGV[a] ~= code then
    code = ARGV[a]
    size = tonumber(code)
    keys = size % 2048
    size = (size - keys) / 2048
    ids = size % 2048
    size = (size - ids) / 2048
    fields = size % 1024
    size = (size - fields) / 1024
  end

  -- what most commits are, at less cost: all is as believed, and only the group is written
  local meta, epoch, answer = try('HGET', KEYS[k + 2], 'm'), try('HGET', KEYS[k + 1], 'epoch'), nil
  if fields > 0 and size == fields + 2
      and type(meta) == 'string' and type(epoch) == 'string' and epoch .. sub(meta, 1, 17) == ARGV[a + 1] then
    answer = try('HSET', KEYS[k + 2], unpack(ARGV, a + 3, a + size))
    if type(answer) == 'number' then answer = 1 end
  else
    local done
    done, answer = pcall(careful, k, a, a + size, ids, fields, meta, epoch)
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
