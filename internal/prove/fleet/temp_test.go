package fleet

import (
	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache"
)

func openRedis(url string) (*rediscache.Cache, error) {
	o, err := rueidis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	o.DisableCache = true
	client, err := rueidis.NewClient(o)
	if err != nil {
		return nil, err
	}
	return rediscache.New(client, rediscache.Options{})
}
