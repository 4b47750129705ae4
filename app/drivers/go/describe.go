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

// errorRow describes an error of a request.
type errorRow struct {
	// Name is the error's variable, by which code recognises it, otherwise its type.
	Name string `json:"name"`
	// Code is the errno name of an error of the operating system.
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
}

// variables are the known errors; one that wraps another comes before it.
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

// describe turns an error into what code can recognise it by.
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
