package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// kubeletSettings are what a kubelet wants the kernel's settings to be. It changes those that differ,
// and they are the whole machine's, not the node's.
var kubeletSettings = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// keepSettings keeps the machine's kernel settings from everything in the node: the folders of those
// that no namespace has for itself are read-only there, and the kubelet finds what it wants in files
// that are laid over them.
func keepSettings(root string) error {
	settings := root + "/proc/sys/"
	for _, folder := range []string{"fs", "kernel", "vm"} {
		target := settings + folder
		if err := mount(target, target, "", syscall.MS_BIND, ""); err != nil {
			return err
		}
		if err := mount("", target, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			return err
		}
	}
	files := root + "/run/kubelet-settings"
	if err := os.Mkdir(files, 0o755); err != nil {
		return err
	}
	for name, value := range kubeletSettings {
		file := filepath.Join(files, strings.ReplaceAll(name, "/", "."))
		if err := os.WriteFile(file, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := mount(file, settings+name, "", syscall.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}
