// This file tests that what people see of connections disturbs none that is
// still arriving.

package proxy

import (
	"net"
	"net/netip"
	"sync"
	"testing"
)

func TestLookedAtWhileArriving(t *testing.T) {
	p := &Proxy{conns: map[*conn]struct{}{}}
	here := netip.MustParseAddrPort("127.45.0.1:1863")
	to := &listener{addr: here}
	to.main = to
	led := &listener{addr: netip.MustParseAddrPort("127.45.0.1:1864"), way: TProxy}
	led.main = led
	p.main = []*listener{to, led}
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	c := &conn{proxy: p, listener: led, client: client, local: here}
	p.conns[c] = struct{}{}
	var both sync.WaitGroup
	both.Go(func() { // who wanted to go to another listener is treated as one of its clients
		if err := c.originalDestination(); err != nil || c.listener != to {
			t.Errorf("it is a client of %v: %v", c.listener.addr, err)
		}
	})
	both.Go(func() {
		if s := p.Intercepted(); len(s.Conns) != 0 {
			t.Errorf("%+v", s.Conns)
		}
	})
	both.Wait()
}
