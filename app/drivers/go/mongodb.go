package main

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func mongodbCase(u usage, request func(context.Context, *mongo.Database) error, adjust func(*options.ClientOptions, surroundings)) usage {
	u.driver, u.kind, u.module = "go-mongodb", "mongodb", "go.mongodb.org/mongo-driver/v2"
	u.open = func(s surroundings) (requester, error) {
		config := options.Client().SetHosts([]string{s.server.address()}).SetDirect(true)
		if s.server.Username != "" {
			config.SetAuth(options.Credential{Username: s.server.Username, Password: s.server.Password})
		}
		// The driver's dialer would count the connections that monitor the server too.
		config.SetPoolMonitor(&event.PoolMonitor{Event: func(e *event.PoolEvent) {
			switch e.Type {
			case event.ConnectionReady:
				s.opened()
			case event.ConnectionClosed:
				s.say("connection closed: %s", e.Reason)
			case event.ConnectionPoolCleared:
				s.say("pool cleared")
			}
		}})
		if adjust != nil {
			adjust(config, s)
		}
		client, err := mongo.Connect(config)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) error { return request(ctx, client.Database("admin")) }, nil
	}
	return u
}

var mongodbCases = []usage{
	mongodbCase(usage{name: "defaults"}, findOne, nil),
	mongodbCase(usage{name: "command", settings: words("RunCommand, which is never retried")}, ping, nil),
	mongodbCase(
		usage{name: "advised", settings: withHalf("SetMaxConnIdleTime(%v)")},
		ping,
		func(o *options.ClientOptions, s surroundings) { o.SetMaxConnIdleTime(s.idleTimeout / 2) },
	),
}

// findOne reads a document; the driver retries a read once.
func findOne(ctx context.Context, database *mongo.Database) error {
	err := database.Collection("istio-idle-timeout").FindOne(ctx, bson.D{}).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil // The collection does not exist.
	}
	return err
}

func ping(ctx context.Context, database *mongo.Database) error {
	return database.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err()
}
