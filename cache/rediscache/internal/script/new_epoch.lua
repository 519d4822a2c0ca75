-- Gives a shard a new epoch if it is on another server than before, or if that server was restarted or promoted. What it
-- has may then be older than what was committed; the new epoch makes every process read its groups again.
--
-- KEYS  1 head of the shard
-- ARGV  1 the new epoch
local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
local server = (string.match(info, 'run_id:(%w+)') or '') .. ':' .. (string.match(info, 'master_replid:(%w+)') or '')
local known = redis.call('HMGET', KEYS[1], HEAD_SERVER, HEAD_EPOCH)
if known[1] == server and known[2] then return 0 end
redis.call('HSET', KEYS[1], HEAD_SERVER, server, HEAD_EPOCH, ARGV[1], HEAD_SINCE, redis.call('TIME')[1])
return 1
