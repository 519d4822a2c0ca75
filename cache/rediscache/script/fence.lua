-- Notes on which server a shard is, and since when that one takes writes. On another than before, what is here may be
-- older than what was: the epoch changes, and with it every process asks again.
--
-- KEYS  1 head of the shard
-- ARGV  1 the next epoch
local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
local run = (string.match(info, 'run_id:(%w+)') or '') .. ':' .. (string.match(info, 'master_replid:(%w+)') or '')
local known = redis.call('HMGET', KEYS[1], 'run', 'epoch')
if known[1] == run and known[2] then return 0 end
redis.call('HSET', KEYS[1], 'run', run, 'epoch', ARGV[1], 'since', redis.call('TIME')[1])
return 1
