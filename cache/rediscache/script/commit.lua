-- Compares what a process believes of a group with what is here. Where all is as believed, it does all that it is
-- asked to do; else nothing, and it tells what is here.
--
-- KEYS  1 head of the shard, 2 the group, 3 ids of the shard if there are ids, then those of the commands
-- ARGV  1 epoch, 2 format and version ("-": there is no group, "?": whatever is here is asked for), 3 what is seldom
--       looked at: process (8), "1" when it was too late several times (1), version of the layout that is known (16),
--       drops; 4 number of ids, the ids, what is believed of each; then commands: name, index of the key, number of
--       arguments, arguments. What could fail for the type of
--       its key comes before ids and group, whose types are known by then: Redis takes nothing back.
local call, ARGV, last = redis.call, ARGV, #ARGV
if last == 0 then return 0 end
local head, group = KEYS[1], KEYS[2]
local here = call('HMGET', group, 'm', 'w')
local meta, lease = here[1], here[2]
local epoch = call('HGET', head, 'epoch')
local same = epoch == ARGV[1]

-- what most calls are, at less cost: all is as believed, and there is one command
if same and meta and not lease and ARGV[4] == '0' and string.sub(meta, 1, 17) == ARGV[2]
    and last > 4 and last == 7 + ARGV[7] then
  call(ARGV[5], KEYS[tonumber(ARGV[6])], unpack(ARGV, 8))
  return 1
end

local ids = tonumber(ARGV[4])
if same then
  if meta then
    same = string.sub(meta, 1, 17) == ARGV[2]
  else
    same = ARGV[2] == '-' and (call('HGET', head, 'drops') or '0') == string.sub(ARGV[3], 26)
  end
end
local found
if ids > 0 then
  local seen = call('HMGET', KEYS[3], unpack(ARGV, 5, 4 + ids))
  for i = 1, ids do
    if seen[i] and seen[i] ~= ARGV[4 + ids + i] then
      found = found or {}
      found[#found + 1] = tostring(i - 1)
      found[#found + 1] = seen[i]
    end
  end
end

if lease or found or not same then
  local time = call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local process = string.sub(ARGV[3], 1, 8)
  local foreign = lease and string.sub(lease, 1, 8) ~= process and (tonumber(string.sub(lease, 9)) or 0) > now
  if found or not same then
    if not epoch then return {'fence'} end
    local flush = call('HGET', head, 'flush')
    if flush and (tonumber(string.sub(flush, 9)) or 0) > now then return {'busy'} end
    if string.sub(ARGV[3], 9, 9) == '1' and meta and not foreign then
      call('HSET', group, 'w', process .. string.format('%.0f', now + 50))
    end
    local drops, floor = call('HGET', head, 'drops') or '0', call('HGET', head, 'floor') or ''
    local fields, laid = call('HGETALL', group), ''
    if meta and epoch == ARGV[1] and string.sub(meta, 34, 49) == string.sub(ARGV[3], 10, 25) then
      local all = fields
      fields, laid = {}, '1'
      for i = 1, #all, 2 do
        if string.sub(all[i], 1, 1) ~= 'l' then
          fields[#fields + 1] = all[i]
          fields[#fields + 1] = all[i + 1]
        end
      end
    end
    return {'record', epoch, drops, floor, found or {}, laid, fields}
  end
  if foreign and last > 4 + 2 * ids then return {'wait'} end
end

local i = 5 + 2 * ids
if lease and i <= last then call('HDEL', group, 'w') end
while i <= last do
  local count = tonumber(ARGV[i + 2])
  call(ARGV[i], KEYS[tonumber(ARGV[i + 1])], unpack(ARGV, i + 3, i + 2 + count))
  i = i + 3 + count
end
return 1
