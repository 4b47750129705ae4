// Command drivers runs in a pod. It uses real drivers against servers outside the cluster, leaves each alone for
// longer than the sidecar's idle timeout, and prints what the application then sees, one line of JSON for each case.
//
// It measures without a client: the lines stay in the container's log, and then it waits to be stopped.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: %s CONFIG.json", os.Args[0]))
	}
	config, err := readConfig(os.Args[1])
	if err != nil {
		fail(err)
	}
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	lines := json.NewEncoder(os.Stdout)
	var printing sync.Mutex
	var running sync.WaitGroup
	measured := true
	cases := casesOf(config.Drivers)
	for _, c := range cases {
		running.Go(func() {
			row := measure(c, config)
			printing.Lock()
			defer printing.Unlock()
			measured = measured && row.Problem == ""
			if err := lines.Encode(row); err != nil {
				fail(err)
			}
		})
	}
	running.Wait()
	if err := lines.Encode(map[string]int{"cases": len(cases)}); err != nil {
		fail(err)
	}
	// A container that ends is started again and measures again, which helps only if something prevented a
	// measurement.
	if !measured {
		os.Exit(1)
	}
	<-stopped.Done()
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "drivers: %v\n", err)
	os.Exit(1)
}
