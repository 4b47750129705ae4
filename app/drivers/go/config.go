package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// config is the configuration of the program. It is mounted from a Secret, because it holds credentials.
type config struct {
	// IdleMs is the idle time of each driver, in ms.
	IdleMs int64 `json:"idleMs"`
	// IdleTimeoutMs is the idle timeout that the advised settings stay below, in ms.
	IdleTimeoutMs int64 `json:"idleTimeoutMs"`
	// Drivers are the names of the drivers to measure, such as go-mysql; those of other languages are ignored.
	Drivers []string `json:"drivers"`
	// Servers are the servers by kind: redis, memcached, mysql, mongodb.
	Servers map[string]server `json:"servers"`
}

// server is a server that drivers connect to.
type server struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Username string `json:"username"`
	Password string `json:"password"`
}

func (s server) address() string {
	return net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
}

func (c config) idle() time.Duration        { return time.Duration(c.IdleMs) * time.Millisecond }
func (c config) idleTimeout() time.Duration { return time.Duration(c.IdleTimeoutMs) * time.Millisecond }

// readConfig reads a file of JSON. Its error does not repeat the content.
func readConfig(path string) (config, error) {
	var read config
	text, err := os.ReadFile(path)
	if err != nil {
		return read, err
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return read, fmt.Errorf("%s holds no configuration", path)
	}
	return read, nil
}
