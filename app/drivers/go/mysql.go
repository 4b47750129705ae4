package main

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"
)

func mysqlCase(name string, settings func(time.Duration) []string, open func(*sql.DB, surroundings) requester, adjust ...func(*mysql.Config, surroundings)) usage {
	return usage{
		driver:   "go-mysql",
		kind:     "mysql",
		module:   "github.com/go-sql-driver/mysql",
		name:     name,
		settings: settings,
		open: func(s surroundings) (requester, error) {
			config := mysql.NewConfig()
			config.User, config.Passwd = s.server.Username, s.server.Password
			config.Net, config.Addr = "tcp", s.server.address()
			config.DialFunc = s.dial
			config.Logger = mysqlLog(s.say)
			for _, change := range adjust {
				change(config, s)
			}
			connector, err := mysql.NewConnector(config)
			if err != nil {
				return nil, err
			}
			return open(sql.OpenDB(connector), s), nil
		},
	}
}

var mysqlCases = []usage{
	mysqlCase("defaults", nil, pooled),
	mysqlCase("held transaction", words("db.BeginTx before, tx.QueryContext after"), inTransaction),
	mysqlCase("no liveness check", words("checkConnLiveness=false"), pooled, withoutCheck),
	mysqlCase(
		"TCP keepalive",
		words("checkConnLiveness=false", "net.KeepAliveConfig{Idle: 1s, Interval: 1s}"),
		pooled,
		withoutCheck,
		withKeepalive,
	),
	mysqlCase("advised", withHalf("db.SetConnMaxIdleTime(%v)"), shortLived),
	mysqlCase(
		"advised, no liveness check",
		withHalf("db.SetConnMaxIdleTime(%v)", "checkConnLiveness=false"),
		shortLived,
		withoutCheck,
	),
}

// pooled takes a connection out of the pool for each request and puts it back.
func pooled(db *sql.DB, _ surroundings) requester {
	return func(ctx context.Context) error { return selectOne(ctx, db) }
}

// inTransaction takes a connection out of the pool for the first request and keeps it.
func inTransaction(db *sql.DB, _ surroundings) requester {
	var transaction *sql.Tx
	return func(ctx context.Context) error {
		if transaction == nil {
			var err error
			// The transaction must outlive the request, so the context of the request is not used.
			if transaction, err = db.BeginTx(context.Background(), nil); err != nil {
				return err
			}
		}
		return selectOne(ctx, transaction)
	}
}

func shortLived(db *sql.DB, s surroundings) requester {
	db.SetConnMaxIdleTime(s.idleTimeout / 2)
	return pooled(db, s)
}

// withoutCheck switches the liveness check off, which drivers before 1.5 lack, as do some operating systems.
func withoutCheck(config *mysql.Config, _ surroundings) { config.CheckConnLiveness = false }

func withKeepalive(config *mysql.Config, s surroundings) {
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		keepalive := net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second}
		return conn, conn.(*net.TCPConn).SetKeepAliveConfig(keepalive)
	}
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
}

func selectOne(ctx context.Context, on queryer) error {
	var one int
	return on.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

type mysqlLog func(format string, values ...any)

// Print takes a log message of the driver.
func (say mysqlLog) Print(values ...any) { say("%s", fmt.Sprint(values...)) }
