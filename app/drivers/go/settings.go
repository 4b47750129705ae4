package main

import (
	"fmt"
	"time"
)

// words makes settings that do not depend on the idle timeout.
func words(settings ...string) func(time.Duration) []string {
	return func(time.Duration) []string { return settings }
}

// withHalf fills half the idle timeout into the first of the settings.
func withHalf(format string, settings ...string) func(time.Duration) []string {
	return func(idleTimeout time.Duration) []string {
		return append([]string{fmt.Sprintf(format, idleTimeout/2)}, settings...)
	}
}
