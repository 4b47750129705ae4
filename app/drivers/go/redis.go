package main

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

func redisCase(u usage, open func(*redis.Client) requester, adjust func(*redis.Options, surroundings)) usage {
	u.driver, u.kind, u.module = "go-redis", "redis", "github.com/redis/go-redis/v9"
	u.open = func(s surroundings) (requester, error) {
		options := &redis.Options{
			Addr:     s.server.address(),
			Username: s.server.Username,
			Password: s.server.Password,
			Dialer:   s.dial,
		}
		if adjust != nil {
			adjust(options, s)
		}
		return open(redis.NewClient(options)), nil
	}
	return u
}

var redisCases = []usage{
	redisCase(usage{name: "defaults"}, get, nil),
	redisCase(usage{name: "held connection", settings: words("client.Conn()")}, getOnOne, nil),
	redisCase(
		usage{name: "no retries", settings: words("MaxRetries: -1")},
		get,
		func(o *redis.Options, _ surroundings) { o.MaxRetries = -1 },
	),
	redisCase(
		usage{name: "advised", settings: withHalf("ConnMaxIdleTime: %v")},
		get,
		func(o *redis.Options, s surroundings) { o.ConnMaxIdleTime = s.idleTimeout / 2 },
	),
}

func get(client *redis.Client) requester { return getWith(client) }

// getOnOne takes a connection out of the pool and keeps it.
func getOnOne(client *redis.Client) requester { return getWith(client.Conn()) }

func getWith(client redis.Cmdable) requester {
	return func(ctx context.Context) error {
		err := client.Get(ctx, "istio-idle-timeout").Err()
		if errors.Is(err, redis.Nil) {
			return nil // The key does not exist.
		}
		return err
	}
}
