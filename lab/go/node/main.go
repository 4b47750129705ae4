// Command node starts and supervises the lab's node: a root filesystem in namespaces of its own,
// with one process 1 and everything else below it. Ending that one process ends the node.
//
//	node pki DIR ADDRESS NAME    write the cluster's certificates into DIR
//	node start CONFIG            start the node that the JSON file CONFIG describes, print the
//	                             process id of its process 1 and return
//	node init LAB                what process 1 runs; reads CONFIG on standard input. LAB is only
//	                             there to be read in the list of processes
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Config describes one node. Paths are the host's unless said otherwise.
type Config struct {
	// Name is the node's host name.
	Name string `json:"name"`
	// Lab is the lab's folder. It stands in the command line of process 1, by which a node is found
	// whose start was interrupted before anyone noted its process id.
	Lab string `json:"lab"`
	// Cgroups are the folders of the control groups that process 1 enters before it does anything.
	Cgroups []string `json:"cgroups"`
	// Lower is the root filesystem, left as it is; what the node writes goes to Upper.
	Lower string `json:"lower"`
	Upper string `json:"upper"`
	Work  string `json:"work"`
	// Root is an empty folder on which the two are joined, visible to the node alone.
	Root     string    `json:"root"`
	Binds    []Bind    `json:"binds"`
	Network  Network   `json:"network"`
	Log      string    `json:"log"`
	Services []Service `json:"services"`
}

// Bind shows the host's Source as Target inside the node.
type Bind struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

// Network is a pair of linked interfaces: HostLink outside, eth0 inside.
type Network struct {
	HostLink    string `json:"hostLink"`
	HostAddress string `json:"hostAddress"`
	NodeAddress string `json:"nodeAddress"`
	PrefixBits  int    `json:"prefixBits"`
}

// Service is a program that is kept running.
type Service struct {
	Name string   `json:"name"`
	Argv []string `json:"argv"`
	Env  []string `json:"env,omitempty"`
	// WaitFor are TCP addresses that must accept before the program is started.
	WaitFor []string `json:"waitFor,omitempty"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 4 && args[0] == "pki":
		return writePKI(args[1], args[2], args[3])
	case len(args) == 2 && args[0] == "start":
		config, err := readConfig(args[1])
		if err != nil {
			return err
		}
		pid, err := start(config)
		if err != nil {
			return err
		}
		fmt.Println(pid)
		return nil
	case len(args) == 2 && args[0] == "init":
		return runInit()
	}
	return fmt.Errorf("usage: node pki DIR ADDRESS NAME | start CONFIG | init LAB, given %q", args)
}

func readConfig(path string) (Config, error) {
	var config Config
	text, err := os.ReadFile(path)
	if err != nil {
		return config, err
	}
	if err := json.Unmarshal(text, &config); err != nil {
		return config, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}
