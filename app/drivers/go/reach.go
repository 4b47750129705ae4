package main

import (
	"net"
	"time"
)

const (
	reachLimit = 30 * time.Second
	reachRetry = 500 * time.Millisecond
)

// awaitServer waits until a server takes a connection. In a pod that can take a while: the sidecar of an older mesh
// starts at the same time as the program.
func awaitServer(s server) error {
	deadline := time.Now().Add(reachLimit)
	for {
		conn, err := net.DialTimeout("tcp", s.address(), 4*reachRetry)
		if err == nil {
			return conn.Close()
		}
		if time.Now().Add(reachRetry).After(deadline) {
			return err
		}
		time.Sleep(reachRetry)
	}
}
