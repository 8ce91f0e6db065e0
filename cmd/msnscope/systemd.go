// This file speaks with systemd: sockets that it opened, and that the program
// is ready. Source: sd_listen_fds(3) and sd_notify(3).

package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
)

// firstSocket is the descriptor of the first socket that systemd hands over.
const firstSocket = 3

// activation holds the sockets that systemd has opened, by their names in the
// socket units (FileDescriptorName=). "systemd:NAME" in place of an address
// stands for the next of that name.
type activation struct {
	getenv func(string) string
	once   sync.Once
	mu     sync.Mutex
	named  map[string][]*os.File
	err    error
}

const systemdPrefix = "systemd:"

// listen listens on addr, or takes over the socket that it names.
func (a *activation) listen(addr string) (net.Listener, error) {
	name, ok := strings.CutPrefix(addr, systemdPrefix)
	if !ok {
		return net.Listen("tcp", addr)
	}
	a.once.Do(a.take)
	if a.err != nil {
		return nil, a.err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.named[name]) == 0 {
		return nil, fmt.Errorf("systemd has handed over no socket of the name %q; set FileDescriptorName=%s in the socket unit", name, name)
	}
	file := a.named[name][0]
	a.named[name] = a.named[name][1:]
	defer file.Close() // FileListener has one of its own
	l, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("the socket %q of systemd: %w", name, err)
	}
	if _, ok := l.Addr().(*net.TCPAddr); !ok {
		l.Close()
		return nil, fmt.Errorf("the socket %q of systemd is no TCP socket; set ListenStream= to a port in the socket unit", name)
	}
	return l, nil
}

// take takes the sockets over.
func (a *activation) take() {
	if pid, _ := strconv.Atoi(a.getenv("LISTEN_PID")); pid != os.Getpid() {
		a.err = fmt.Errorf("systemd has handed over no sockets; %s addresses need a socket unit", systemdPrefix)
		return
	}
	n, err := strconv.Atoi(a.getenv("LISTEN_FDS"))
	if err != nil || n < 1 || n > 1000 {
		a.err = fmt.Errorf("LISTEN_FDS is %q, want a number of sockets", a.getenv("LISTEN_FDS"))
		return
	}
	names := strings.Split(a.getenv("LISTEN_FDNAMES"), ":")
	a.named = make(map[string][]*os.File)
	for i := range n {
		name := "unknown"
		if i < len(names) && names[i] != "" {
			name = names[i]
		}
		a.named[name] = append(a.named[name], os.NewFile(uintptr(firstSocket+i), name))
	}
}

// notify tells systemd of a change, "READY=1" or "STOPPING=1", if it wants to
// know.
func notify(getenv func(string) string, state string) error {
	path := getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	if path[0] == '@' { // abstract
		path = "\x00" + path[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("systemd cannot be told: %w", err)
	}
	defer conn.Close()
	_, err = conn.Write([]byte(state))
	return err
}
