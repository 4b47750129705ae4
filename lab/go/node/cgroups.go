package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
)

// hierarchies returns where the host's control groups are mounted: every version 1 hierarchy, or
// the one of version 2 where there are none of version 1.
func hierarchies() (v1 []string, v2 string, err error) {
	mounts, err := os.Open("/proc/self/mounts")
	if err != nil {
		return nil, "", err
	}
	defer mounts.Close()
	for scan := bufio.NewScanner(mounts); scan.Scan(); {
		fields := strings.Fields(scan.Text())
		switch fields[2] {
		case "cgroup":
			v1 = append(v1, fields[1])
		case "cgroup2":
			v2 = fields[1]
		}
	}
	if len(v1) == 0 && v2 == "" {
		return nil, "", errors.New("no control groups are mounted under /sys/fs/cgroup")
	}
	return v1, v2, nil
}

// makeCgroups makes the node's group in every hierarchy and returns their folders.
func makeCgroups(name string) ([]string, error) {
	v1, v2, err := hierarchies()
	if err != nil {
		return nil, err
	}
	if len(v1) == 0 {
		// A group's controllers are the ones its parent passes on.
		controllers, err := os.ReadFile(filepath.Join(v2, "cgroup.controllers"))
		if err != nil {
			return nil, err
		}
		for _, controller := range strings.Fields(string(controllers)) {
			// One that can't be passed on (cpu, with real-time tasks about) is missed only by its limits.
			_ = os.WriteFile(filepath.Join(v2, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
		}
		v1 = []string{v2}
	}
	var made []string
	for _, hierarchy := range v1 {
		group := filepath.Join(hierarchy, name)
		if err := os.MkdirAll(group, 0o755); err != nil {
			return nil, err
		}
		// A version 1 cpuset starts empty, and a task can't enter an empty one.
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			value, err := os.ReadFile(filepath.Join(hierarchy, file))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(group, file), value, 0o644)
			}
			if err != nil {
				return nil, err
			}
		}
		made = append(made, group)
	}
	return made, nil
}

// removeCgroups removes the node's groups, deepest first. A group whose last task has just been
// killed is busy for a moment.
func removeCgroups(name string) error {
	v1, v2, err := hierarchies()
	if err != nil {
		return err
	}
	if v2 != "" {
		v1 = append(v1, v2)
	}
	for _, hierarchy := range v1 {
		var groups []string
		root := filepath.Join(hierarchy, name)
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				groups = append(groups, path)
			}
			return nil
		})
		if err != nil {
			return err
		}
		sort.Slice(groups, func(i, j int) bool { return len(groups[i]) > len(groups[j]) })
		for _, group := range groups {
			if err := removeGroup(group); err != nil {
				return err
			}
		}
	}
	return nil
}

func removeGroup(group string) error {
	const limit = 10 * time.Second
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Rmdir(group)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, syscall.EBUSY) || time.Now().After(deadline) {
			return fmt.Errorf("control group %s: %w", group, err)
		}
	}
}
