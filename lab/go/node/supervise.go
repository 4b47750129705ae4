package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Inside the node; the host sees both folders through binds.
const (
	logDir    = "/var/log/lab"
	stateFile = "/run/lab/services.json"
)

// A service that ends is started again after firstDelay, which doubles up to lastDelay each time
// that it ends again. One that ran for steadyAfter starts over with firstDelay.
const (
	firstDelay  = time.Second
	lastDelay   = 30 * time.Second
	steadyAfter = time.Minute
)

// State is what `lab status` reads about one service.
type State struct {
	Name    string `json:"name"`
	Running bool   `json:"running"`
	// Pid is the process, as the node sees it; 0 while none runs.
	Pid      int `json:"pid"`
	Restarts int `json:"restarts"`
	// Since is when it began to run or stopped to.
	Since time.Time `json:"since"`
	// WaitingFor is the address that has to accept before the service is started.
	WaitingFor string `json:"waitingFor,omitempty"`
	// LastExit is how the previous process ended, empty for the first.
	LastExit string `json:"lastExit,omitempty"`
}

type supervisor struct {
	mu     sync.Mutex
	states []*State
	exits  map[int]chan syscall.WaitStatus
}

// supervise keeps every service running and collects every process that ends in the node, its own
// and the orphans it inherits as process 1. It never returns.
func supervise(services []Service) {
	s := &supervisor{exits: map[int]chan syscall.WaitStatus{}}
	for _, service := range services {
		s.states = append(s.states, &State{Name: service.Name, Since: time.Now()})
	}
	s.update(func() {})
	for i, service := range services {
		go s.keep(service, s.states[i])
	}
	s.reap()
}

func (s *supervisor) keep(service Service, state *State) {
	for delay := firstDelay; ; {
		for _, address := range service.WaitFor {
			s.update(func() { state.WaitingFor = address })
			awaitTCP(address)
		}
		pid, exit, err := s.start(service)
		started := time.Now()
		s.update(func() {
			state.WaitingFor, state.Running, state.Pid, state.Since = "", err == nil, pid, started
			if err != nil {
				state.LastExit = err.Error()
			}
		})
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", service.Name, err)
		} else {
			status := <-exit
			s.update(func() {
				state.Running, state.Pid, state.Since, state.LastExit = false, 0, time.Now(), describe(status)
			})
			fmt.Fprintf(os.Stderr, "%s %s ended: %s\n", time.Now().Format(time.RFC3339), service.Name, describe(status))
		}
		if time.Since(started) >= steadyAfter {
			delay = firstDelay
		}
		time.Sleep(delay)
		delay = min(2*delay, lastDelay)
		s.update(func() { state.Restarts++ })
	}
}

func (s *supervisor) start(service Service) (pid int, exit <-chan syscall.WaitStatus, err error) {
	log, err := os.OpenFile(logDir+"/"+service.Name+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, nil, err
	}
	defer log.Close()
	path, err := exec.LookPath(service.Argv[0])
	if err != nil {
		return 0, nil, err
	}
	// The lock keeps reap from seeing the process end before its channel is there.
	s.mu.Lock()
	defer s.mu.Unlock()
	process, err := os.StartProcess(path, service.Argv, &os.ProcAttr{
		Dir:   "/",
		Env:   append(os.Environ(), service.Env...),
		Files: []*os.File{nil, log, log},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, nil, err
	}
	pid = process.Pid
	ended := make(chan syscall.WaitStatus, 1)
	s.exits[pid] = ended
	return pid, ended, process.Release()
}

func (s *supervisor) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil { // ECHILD: nothing runs yet
			time.Sleep(50 * time.Millisecond)
			continue
		}
		s.mu.Lock()
		if exit, ok := s.exits[pid]; ok {
			delete(s.exits, pid)
			exit <- status
		}
		s.mu.Unlock()
	}
}

// update changes a state and shows it to the host, whole or not at all.
func (s *supervisor) update(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	text, err := json.MarshalIndent(s.states, "", "  ")
	if err == nil {
		err = os.WriteFile(stateFile+".new", text, 0o644)
	}
	if err == nil {
		err = os.Rename(stateFile+".new", stateFile)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "state:", err)
	}
}

func awaitTCP(address string) {
	for {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			connection.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func describe(status syscall.WaitStatus) string {
	if status.Signaled() {
		return fmt.Sprintf("signal: %v", status.Signal())
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}
