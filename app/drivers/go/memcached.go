package main

import (
	"context"
	"errors"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

func memcachedCase(u usage, adjust func(*memcache.Client, surroundings)) usage {
	u.driver, u.kind, u.module = "go-memcached", "memcached", "github.com/bradfitz/gomemcache"
	u.open = func(s surroundings) (requester, error) {
		client := memcache.New(s.server.address())
		client.DialContext = s.dial
		if adjust != nil {
			adjust(client, s)
		}
		return func(context.Context) error {
			_, err := client.Get("istio-idle-timeout")
			if errors.Is(err, memcache.ErrCacheMiss) {
				return nil // The key does not exist.
			}
			return err
		}, nil
	}
	return u
}

var memcachedCases = []usage{
	memcachedCase(usage{name: "defaults"}, nil),
	memcachedCase(
		usage{name: "advised", settings: withHalf("client.Close() every %v")},
		// The driver has no setting for this. Close closes the idle connections only, and the client stays usable.
		func(client *memcache.Client, s surroundings) {
			go func() {
				for range time.Tick(s.idleTimeout / 2) {
					if err := client.Close(); err != nil {
						s.say("Close: %v", err)
					}
				}
			}()
		},
	),
}
