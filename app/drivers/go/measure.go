package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// requestLimit is the time limit of a request; a longer one has failed, even if the driver goes on trying.
const requestLimit = 10 * time.Second

// requester makes one request and waits for its answer.
type requester = func(context.Context) error

// usage is a way in which an application uses a driver.
type usage struct {
	driver string
	// kind is the kind of server that the driver talks to.
	kind string
	// module is the Go module of the driver.
	module string
	// name is the name of the case, unique for the driver: defaults, advised, or its peculiarity.
	name string
	// settings returns the settings in the driver's own words; nil stands for the driver's defaults.
	settings func(idleTimeout time.Duration) []string
	// open prepares the driver and returns its request, which is made three times: once before and twice after the
	// idle time.
	open func(s surroundings) (requester, error)
}

// surroundings is the environment in which a driver is opened.
type surroundings struct {
	server      server
	idleTimeout time.Duration
	// dial opens a TCP connection and notes it. It returns the plain *net.TCPConn, because drivers look into it to
	// find out whether it is still alive.
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	// opened notes a connection that dial did not open.
	opened func()
	// say notes a message of the driver, such as a log line.
	say func(format string, values ...any)
}

// row is one line of output. Its type for readers stands in app/drivers/node/row.ts.
type row struct {
	Driver      string       `json:"driver"`
	Version     string       `json:"version"`
	Case        string       `json:"case"`
	Settings    []string     `json:"settings"`
	Problem     string       `json:"problem,omitempty"`
	IdleMs      float64      `json:"idleMs"`
	First       *request     `json:"first,omitempty"`
	Second      *request     `json:"second,omitempty"`
	Connections []connection `json:"connections"`
	Said        []string     `json:"said"`
}

// request is the result of a request.
type request struct {
	Outcome string    `json:"outcome"`
	Ms      float64   `json:"ms"`
	Error   *errorRow `json:"error,omitempty"`
}

// connection is a connection of a driver.
type connection struct {
	// OpenedMs is counted from the beginning of the idle time: negative before it.
	OpenedMs  float64 `json:"openedMs"`
	LocalPort int     `json:"localPort,omitempty"`
}

// measure measures one case.
func measure(u usage, c config) row {
	log := &log{start: time.Now()}
	s := surroundings{
		server:      c.Servers[u.kind],
		idleTimeout: c.idleTimeout(),
		dial:        log.dial,
		opened:      func() { log.open(0) },
		say:         log.say,
	}
	result := row{Driver: u.driver, Version: versionOf(u.module), Case: u.name, Settings: []string{}}
	if u.settings != nil {
		result.Settings = u.settings(s.idleTimeout)
	}
	var request requester
	err := awaitServer(s.server)
	if err == nil {
		request, err = u.open(s)
	}
	if err == nil {
		err = limited(request)
	}
	if err != nil {
		result.Problem = fmt.Sprintf("the request before the idle time failed: %v", err)
		result.Connections, result.Said = log.since(time.Now())
		return result
	}
	idleFrom := time.Now()
	time.Sleep(c.idle())
	result.IdleMs = milliseconds(time.Since(idleFrom))
	result.First = timed(request)
	result.Second = timed(request)
	result.Connections, result.Said = log.since(idleFrom)
	return result
}

func timed(ask requester) *request {
	began := time.Now()
	err := limited(ask)
	took := milliseconds(time.Since(began))
	if err != nil {
		return &request{Outcome: "error", Ms: took, Error: describe(err)}
	}
	return &request{Outcome: "ok", Ms: took}
}

func limited(ask requester) error {
	ctx, cancel := context.WithTimeout(context.Background(), requestLimit)
	defer cancel()
	return ask(ctx)
}

func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Microsecond)) / 1000
}

func versionOf(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return fmt.Sprintf("%s %s", module, dependency.Version)
		}
	}
	return module
}

// log collects the connections and messages of one case, from any goroutine of its driver.
type log struct {
	start time.Time
	mutex sync.Mutex
	conns []noted
	said  []string
}

type noted struct {
	at        time.Time
	localPort int
}

func (l *log) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err == nil {
		l.open(conn.LocalAddr().(*net.TCPAddr).Port)
	}
	return conn, err
}

func (l *log) open(localPort int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.conns = append(l.conns, noted{time.Now(), localPort})
}

func (l *log) say(format string, values ...any) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.said = append(l.said, fmt.Sprintf(format, values...))
}

func (l *log) since(zero time.Time) ([]connection, []string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	conns := []connection{}
	for _, c := range l.conns {
		conns = append(conns, connection{milliseconds(c.at.Sub(zero)), c.localPort})
	}
	return conns, append([]string{}, l.said...)
}

// casesOf returns the cases of the drivers with these names.
func casesOf(drivers []string) []usage {
	return slices.DeleteFunc(
		slices.Concat(memcachedCases, mongodbCases, mysqlCases, redisCases),
		func(u usage) bool { return !slices.Contains(drivers, u.driver) },
	)
}
