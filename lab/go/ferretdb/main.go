// A server of MongoDB's protocol that takes what this project uses of the official mongo image: the
// variables MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD, of which both or none are given.
// With them, whoever asks has to log in, by SCRAM as in MongoDB. What is stored goes with the container.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/FerretDB/FerretDB/internal/clientconn"
	"github.com/FerretDB/FerretDB/internal/clientconn/connmetrics"
	"github.com/FerretDB/FerretDB/internal/handler/registry"
	"github.com/FerretDB/FerretDB/internal/util/password"
	"github.com/FerretDB/FerretDB/internal/util/state"
)

const address = ":27017"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	username := os.Getenv("MONGO_INITDB_ROOT_USERNAME")
	secret := os.Getenv("MONGO_INITDB_ROOT_PASSWORD")
	if (username == "") != (secret == "") {
		return fmt.Errorf("MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD: one without the other")
	}
	data, err := os.MkdirTemp("", "ferretdb-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	provider, err := state.NewProvider("")
	if err != nil {
		return err
	}
	// Nothing is reported to anybody.
	if err := provider.Update(func(s *state.State) {
		s.DisableTelemetry()
		s.TelemetryLocked = true
	}); err != nil {
		return err
	}
	options := &registry.NewHandlerOpts{
		Logger:        slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		StateProvider: provider,
		TCPHost:       address,
		SQLiteURL:     "file:" + data + "/",
		TestOpts:      registry.TestOpts{CappedCleanupPercentage: 10, BatchSize: 100},
	}
	metrics := connmetrics.NewListenerMetrics()
	options.ConnMetrics = metrics.ConnMetrics
	if username != "" {
		options.EnableNewAuth = true
		options.SetupDatabase = "admin"
		options.SetupUsername = username
		options.SetupPassword = password.WrapPassword(secret)
		options.SetupTimeout = 10 * time.Second
	}
	handler, closeBackend, err := registry.NewHandler("sqlite", options)
	if closeBackend != nil {
		defer closeBackend()
	}
	if err != nil {
		return err
	}
	listener, err := clientconn.Listen(&clientconn.NewListenerOpts{
		TCP:     address,
		Mode:    clientconn.NormalMode,
		Metrics: metrics,
		Handler: handler,
		Logger:  options.Logger,
	})
	if err != nil {
		return err
	}
	listener.Run(ctx)
	return nil
}
