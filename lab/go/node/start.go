package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// start makes process 1 in new namespaces, puts it into its control groups, gives it its network,
// hands it the configuration and waits until it has set up its root filesystem. It returns its
// process id as the host sees it. Until it has the configuration, process 1 ends when this process
// does; from then on it is in its control groups, where it is found.
func start(config Config) (pid int, err error) {
	log, err := os.OpenFile(config.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, err
	}
	defer log.Close()

	answerRead, answerWrite, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	child := exec.Command("/proc/self/exe")
	child.Args = []string{"lab-node", "init", config.Lab}
	child.Stdout, child.Stderr = log, log
	child.ExtraFiles = []*os.File{answerWrite}
	child.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	child.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true,
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWNET,
	}
	stdin, err := child.StdinPipe()
	if err != nil {
		return 0, err
	}
	if err := child.Start(); err != nil {
		return 0, fmt.Errorf("new namespaces: %w", err)
	}
	answerWrite.Close()
	pid = child.Process.Pid
	defer func() {
		if err != nil {
			_ = child.Process.Kill()
			_ = child.Wait()
		}
	}()

	for _, cgroup := range config.Cgroups {
		if err := os.WriteFile(cgroup+"/cgroup.procs", []byte(strconv.Itoa(pid)), 0o644); err != nil {
			return 0, err
		}
	}
	n := config.Network
	for _, args := range [][]string{
		{"link", "add", n.HostLink, "type", "veth", "peer", "name", "eth0", "netns", strconv.Itoa(pid)},
		{"address", "add", fmt.Sprintf("%s/%d", n.HostAddress, n.PrefixBits), "dev", n.HostLink},
		{"link", "set", n.HostLink, "up"},
	} {
		if err := ip(args...); err != nil {
			return 0, err
		}
	}
	if err := json.NewEncoder(stdin).Encode(config); err != nil {
		return 0, err
	}
	stdin.Close()

	answer, err := io.ReadAll(answerRead)
	if err != nil {
		return 0, err
	}
	if string(answer) != "ok" {
		return 0, fmt.Errorf("process 1: %s (log: %s)", bytes.TrimSpace(answer), config.Log)
	}
	return pid, child.Process.Release()
}

func ip(args ...string) error {
	return command("ip", args...)
}

func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w: %s", name, args, err, bytes.TrimSpace(out))
	}
	return nil
}
