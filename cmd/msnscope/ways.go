// This file holds the flags of proxy that say how clients come in, who may, and
// how servers are reached.

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/proxy"
)

// wayFlags are the flags of the ways in.
type wayFlags struct {
	routes, gateways    *[]string
	transparent, tproxy *[]string
	socks               *[]string
	socksUsers          *string
	allowClients        *[]string
	allowTargets        *[]string
	behind              *[]string
	outer               *string
	limits              struct{ all, perClient, rate *int }
}

func defineWays(fs *pflag.FlagSet) wayFlags {
	f := wayFlags{
		routes:       fs.StringSlice("route", nil, "a listener with a server of its own, `ADDR=HOST[:1863]`; may be repeated"),
		socks:        fs.StringSlice("socks", nil, "`ADDR`ess for clients that have msnscope in their connection settings: SOCKS 4, 4a, 5, HTTP proxy"),
		socksUsers:   fs.String("socks-users", "", "`FILE` of lines \"name password\": who may use --socks"),
		gateways:     fs.StringSlice("gateway", nil, "a listener in front of an HTTP gateway, `ADDR=HOST[:80]`"),
		transparent:  fs.StringSlice("transparent", nil, "`ADDR`ess to which the kernel redirects clients (REDIRECT; Linux)"),
		tproxy:       fs.StringSlice("tproxy", nil, "`ADDR`ess to which the kernel leads clients by TPROXY; servers see the clients' own addresses (Linux)"),
		outer:        fs.String("outer", "", "reach servers through this SOCKS5 proxy, `socks5://[USER:PASSWORD@]HOST[:1080]`"),
		behind:       fs.StringSlice("proxy-protocol", nil, "`NETWORK`s of balancers that send a PROXY protocol header"),
		allowClients: fs.StringSlice("allow-client", nil, "`NETWORK`s that clients may come from (default: any)"),
		allowTargets: fs.StringSlice("allow-target", nil, "`HOST[:PORT]`, *.DOMAIN or NETWORK that clients may ask for, or *"),
	}
	f.limits.all = fs.Int("max-connections", 0, "the most `N` connections at a time (0: any number)")
	f.limits.perClient = fs.Int("max-per-client", 0, "the most `N` connections at a time from one address (0: any number)")
	f.limits.rate = fs.Int("max-rate", 0, "the most `N` new connections a second from one address (0: any number)")
	return f
}

// given reports whether there is a way in besides --upstream.
func (f *wayFlags) given() bool {
	return len(*f.routes)+len(*f.gateways)+len(*f.transparent)+len(*f.tproxy)+len(*f.socks) > 0
}

// apply sets the fields of p.
func (f *wayFlags) apply(p *proxy.Proxy) error {
	var err1, err2 error
	p.Routes, err1 = parseRoutes("route", *f.routes)
	p.Gateways, err2 = parseRoutes("gateway", *f.gateways)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if *f.socksUsers != "" {
		users, err := readPasswords(*f.socksUsers)
		if err != nil {
			return err
		}
		if len(users) == 0 {
			return fmt.Errorf("%s names nobody", *f.socksUsers)
		}
		p.SocksUsers = users
	}
	if min(*f.limits.all, *f.limits.perClient, *f.limits.rate) < 0 {
		return usagef("--max-connections, --max-per-client and --max-rate cannot be less than 0")
	}
	p.Transparent, p.TProxy, p.Socks = *f.transparent, *f.tproxy, *f.socks
	p.AllowClients, p.AllowTargets = *f.allowClients, *f.allowTargets
	p.BehindProxy, p.Outer = *f.behind, *f.outer
	p.Limits = proxy.Limits{Connections: *f.limits.all, PerClient: *f.limits.perClient, Rate: *f.limits.rate}
	return nil
}

// parseRoutes reads ADDR=HOST pairs.
func parseRoutes(flag string, words []string) ([]proxy.Route, error) {
	var routes []proxy.Route
	for _, w := range words {
		addr, host, ok := strings.Cut(w, "=")
		if _, _, err := net.SplitHostPort(addr); !ok || host == "" || err != nil {
			return nil, usagef("--%s %s: want ADDR:PORT=HOST", flag, w)
		}
		routes = append(routes, proxy.Route{Listen: addr, Upstream: host})
	}
	return routes, nil
}

// tellWays prints where the proxy listens, and what for.
func tellWays(w io.Writer, s proxy.Status) {
	for _, l := range s.Ways {
		switch {
		case l.Way == proxy.Reverse:
			fmt.Fprintf(w, "proxy     %s -> %s\n", l.Addr, l.Upstream)
		case l.Way == proxy.Gateway:
			fmt.Fprintf(w, "gateway   %s -> %s\n", l.Addr, l.Upstream)
		default:
			fmt.Fprintf(w, "%-9s %s\n", l.Way, l.Addr)
		}
	}
}
