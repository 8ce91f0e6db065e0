// This file makes a small network of three machines for a test: clients, a
// router on which msnscope runs, and servers, each in a network namespace.

package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// The addresses of the network. Clients and servers know the router as their
// way to each other.
const (
	clientIP       = "10.77.1.2"
	routerIP       = "10.77.1.1"
	clientIP6      = "fd77:1::2"
	routerIP6      = "fd77:1::1"
	routerServerIP = "10.77.2.1"

	routerServerIP6 = "fd77:2::1"
)

var serverIPs, serverIPs6 = []string{"10.77.2.2", "10.77.2.3", "10.77.2.4"}, []string{"fd77:2::2", "fd77:2::3", "fd77:2::4"}

// network is three namespaces, by their names.
type network struct{ client, router, server string }

var networks atomic.Int32 // have been made

func needsTool(t *testing.T, tool, pkg string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not installed (Debian: %s)", tool, pkg)
	}
}

// newNetwork makes the namespaces, or skips the test where it may not.
func newNetwork(t *testing.T) *network {
	t.Helper()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("network namespaces need Linux and root")
	}
	needsTool(t, "ip", "iproute2")
	id := fmt.Sprintf("msn%d.%d", os.Getpid(), networks.Add(1))
	n := &network{id + "c", id + "r", id + "s"}
	for _, ns := range []string{n.client, n.router, n.server} {
		if out, err := exec.Command("ip", "netns", "add", ns).CombinedOutput(); err != nil {
			t.Skipf("the kernel refuses a network namespace: %s", out)
		}
		t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
		n.sh(t, ns, "ip link set lo up")
	}
	n.cable(t, n.client, clientIP, clientIP6, routerIP, routerIP6, "c")
	n.cable(t, n.server, serverIPs[0], serverIPs6[0], routerServerIP, routerServerIP6, "s")
	for i := range 2 {
		n.sh(t, n.server, "ip addr add "+serverIPs[i+1]+"/24 dev ends", "ip addr add "+serverIPs6[i+1]+"/64 dev ends nodad")
	}
	n.sh(t, n.router, "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
	return n
}

// cable joins a namespace to the router.
func (n *network) cable(t *testing.T, ns, ip, ip6, router, router6, end string) {
	t.Helper()
	there := "router" + end
	n.sh(t, ns,
		"ip link add end"+end+" type veth peer name "+there+" netns "+n.router,
		"ip link set end"+end+" up", "ip addr add "+ip+"/24 dev end"+end, "ip addr add "+ip6+"/64 dev end"+end+" nodad")
	n.sh(t, n.router, "ip link set "+there+" up", "ip addr add "+router+"/24 dev "+there, "ip addr add "+router6+"/64 dev "+there+" nodad")
	n.sh(t, ns, "ip route add default via "+router, "ip -6 route add default via "+router6)
}

// sh runs commands in a namespace.
func (n *network) sh(t *testing.T, ns string, commands ...string) {
	t.Helper()
	for _, c := range commands {
		out, err := exec.Command("ip", append([]string{"netns", "exec", ns}, strings.Fields(c)...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c, err, out)
		}
	}
}

// nft loads a rule set on the router, or skips the test if the kernel cannot.
func (n *network) nft(t *testing.T, rules string) {
	t.Helper()
	needsTool(t, "nft", "nftables")
	cmd := exec.Command("ip", "netns", "exec", n.router, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("the kernel refuses the rules: %v\n%s", err, out)
	}
}

// within runs f on a thread of a namespace: the sockets that it opens belong
// there, and stay there.
func within(ns string, f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		fd, err := unix.Open("/run/netns/"+ns, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			done <- err
			return
		}
		defer unix.Close(fd)
		if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		done <- f()
	}()
	return <-done
}

// dialFrom connects from a namespace.
func dialFrom(ns string) func(ctx context.Context, address string) (net.Conn, error) {
	return func(ctx context.Context, address string) (conn net.Conn, err error) {
		err = within(ns, func() error {
			conn, err = new(net.Dialer).DialContext(ctx, "tcp", address)
			return err
		})
		return conn, err
	}
}
