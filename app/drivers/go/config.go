package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// config is what is mounted from a Secret, since it holds credentials.
type config struct {
	// IdleMs is how long each driver is left alone, in ms.
	IdleMs int64 `json:"idleMs"`
	// IdleTimeoutMs is the idle timeout that the advised settings stay below, in ms.
	IdleTimeoutMs int64 `json:"idleTimeoutMs"`
	// Drivers names those to measure, such as go-mysql; names of other languages are passed over.
	Drivers []string `json:"drivers"`
	// Servers by kind: redis, memcached, mysql, mongodb.
	Servers map[string]server `json:"servers"`
}

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

func readConfig(path string) (config, error) {
	var read config
	text, err := os.ReadFile(path)
	if err != nil {
		return read, err
	}
	if err := json.Unmarshal(text, &read); err != nil {
		// Without the text, which holds credentials.
		return read, fmt.Errorf("%s is not a configuration", path)
	}
	return read, nil
}
