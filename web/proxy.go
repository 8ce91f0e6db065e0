// This file says what the page wants to know of the proxy beside it.

package web

import (
	"net"
	"net/netip"
	"strconv"
)

// Proxy is the running proxy, as far as the page shows it.
type Proxy interface {
	// Status is called about once a second for each page; it must not block.
	Status() ProxyStatus
}

// ProxyStatus is what the page shows of a running proxy.
type ProxyStatus struct {
	Listen   []string `json:"listen"`   // "127.0.0.1:1863"
	Upstream string   `json:"upstream"` // "messenger.hotmail.com:1863"
	// Addresses are what to tell clients to connect to; nil: made from Listen,
	// a wildcard standing for every address of this machine.
	Addresses []string `json:"addresses"`
	Live      int      `json:"live"`              // connections open now
	Problem   string   `json:"problem,omitempty"` // what is wrong now: "capture paused: disk full"
}

func (s *Server) proxyStatus() *ProxyStatus {
	if s.Proxy == nil {
		return nil
	}
	st := s.Proxy.Status()
	if st.Addresses == nil {
		st.Addresses = clientAddresses(st.Listen)
	}
	if st.Listen == nil {
		st.Listen = []string{}
	}
	return &st
}

// clientAddresses returns the addresses under which clients reach listen.
func clientAddresses(listen []string) []string {
	out := []string{}
	for _, l := range listen {
		host, port, err := net.SplitHostPort(l)
		if err != nil {
			continue
		}
		ip, err := netip.ParseAddr(host)
		if host != "" && (err != nil || !ip.IsUnspecified()) {
			out = append(out, l)
			continue
		}
		p, _ := strconv.ParseUint(port, 10, 16)
		locals, _ := net.InterfaceAddrs()
		for _, a := range locals {
			n, ok := a.(*net.IPNet)
			if !ok || n.IP.IsLinkLocalUnicast() {
				continue
			}
			if a, ok := netip.AddrFromSlice(n.IP); ok && (a.Unmap().Is4() || !ip.Is4()) {
				out = append(out, netip.AddrPortFrom(a.Unmap(), uint16(p)).String())
			}
		}
	}
	return out
}
