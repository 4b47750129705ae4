// Command coredns is CoreDNS with only the plugins the node's Corefile uses.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/file"
	_ "github.com/coredns/coredns/plugin/kubernetes"
)

func main() {
	// The order is that of CoreDNS's own plugin.cfg: it is the order in which a query passes them.
	dnsserver.Directives = []string{"bind", "errors", "kubernetes", "file"}
	coremain.Run()
}
