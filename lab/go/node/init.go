package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// runInit is process 1: it makes the root filesystem its own, brings up the network, says "ok" on
// file 3 and then supervises the services for good.
func runInit() error {
	answer := os.NewFile(3, "answer")
	syscall.CloseOnExec(3)
	var config Config
	err := json.NewDecoder(os.Stdin).Decode(&config)
	if err == nil {
		err = setUp(config)
	}
	if err != nil {
		fmt.Fprint(answer, err)
		return err
	}
	fmt.Fprint(answer, "ok")
	answer.Close()
	supervise(config.Services)
	return nil
}

func setUp(config Config) error {
	// Nothing mounted from here on reaches the host.
	if err := mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	root := config.Root
	layers := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", config.Lower, config.Upper, config.Work)
	if err := mount("overlay", root, "overlay", 0, layers); err != nil {
		return err
	}
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
	}{
		{"proc", "/proc", "proc", 0},
		{"/sys", "/sys", "", syscall.MS_BIND | syscall.MS_REC},
		{"/dev", "/dev", "", syscall.MS_BIND | syscall.MS_REC},
		{"tmpfs", "/run", "tmpfs", 0},
		{"tmpfs", "/tmp", "tmpfs", 0},
	} {
		if err := mount(m.source, root+m.target, m.kind, m.flags, ""); err != nil {
			return err
		}
	}
	if err := keepSettings(root); err != nil {
		return err
	}
	for _, bind := range config.Binds {
		target := root + bind.Target
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := mount(bind.Source, target, "", syscall.MS_BIND, ""); err != nil {
			return err
		}
	}
	if err := changeRoot(root); err != nil {
		return err
	}
	if err := syscall.Sethostname([]byte(config.Name)); err != nil {
		return err
	}
	if err := setUpNetwork(config); err != nil {
		return err
	}
	return refuseStrangers(config.Network)
}

func mount(source, target, kind string, flags uintptr, data string) error {
	if err := syscall.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s on %s: %w", source, target, err)
	}
	return nil
}

func changeRoot(root string) error {
	old := filepath.Join(root, ".old")
	if err := os.MkdirAll(old, 0o700); err != nil {
		return err
	}
	if err := syscall.PivotRoot(root, old); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if err := syscall.Unmount("/.old", syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the host's root: %w", err)
	}
	return os.Remove("/.old")
}

func setUpNetwork(config Config) error {
	n := config.Network
	for _, args := range [][]string{
		{"link", "set", "lo", "up"},
		{"address", "add", fmt.Sprintf("%s/%d", n.NodeAddress, n.PrefixBits), "dev", "eth0"},
		{"link", "set", "eth0", "up"},
		{"route", "add", "default", "via", n.HostAddress},
	} {
		if err := ip(args...); err != nil {
			return err
		}
	}
	for path, text := range map[string]string{
		"/proc/sys/net/ipv4/ip_forward": "1",
		"/etc/hosts":                    fmt.Sprintf("127.0.0.1 localhost\n%s %s\n", n.NodeAddress, config.Name),
		"/etc/hostname":                 config.Name + "\n",
		"/etc/resolv.conf":              fmt.Sprintf("nameserver %s\n", n.NodeAddress),
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// refuseStrangers lets only this machine begin a connection to the node and its pods. A machine that
// routes for others would otherwise hand on what they send to the node's address. What the node
// itself began is answered from whatever address it asked.
func refuseStrangers(n Network) error {
	args := []string{"-w", "-t", "mangle", "-A", "PREROUTING", "-i", "eth0", "!", "-s", n.HostAddress,
		"-m", "conntrack", "--ctstate", "NEW", "-j", "DROP"}
	return command("iptables", args...)
}
