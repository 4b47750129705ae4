package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sys/unix"
)

type errorRow struct {
	// Name of the error's variable, by which code recognises it, otherwise its type.
	Name string `json:"name"`
	// Code of the operating system, where it is one of its errors.
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
}

// Ordered: what wraps another one comes before it.
var variables = []struct {
	name string
	err  error
}{
	{"mysql.ErrInvalidConn", mysql.ErrInvalidConn},
	{"driver.ErrBadConn", driver.ErrBadConn},
	{"sql.ErrTxDone", sql.ErrTxDone},
	{"sql.ErrConnDone", sql.ErrConnDone},
	{"redis.ErrClosed", redis.ErrClosed},
	{"context.DeadlineExceeded", context.DeadlineExceeded},
	{"io.ErrUnexpectedEOF", io.ErrUnexpectedEOF},
	{"io.EOF", io.EOF},
}

func describe(err error) *errorRow {
	described := &errorRow{Name: fmt.Sprintf("%T", err), Message: err.Error()}
	for _, known := range variables {
		if errors.Is(err, known.err) {
			described.Name = known.name
			break
		}
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		described.Code = unix.ErrnoName(number)
	}
	return described
}
