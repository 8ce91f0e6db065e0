// This file refuses transparent ways in where there is no Linux kernel.

//go:build !linux

package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

var errNotLinux = errors.New("transparent proxying needs Linux")

func originalDestination(net.Conn) (netip.AddrPort, error) { return netip.AddrPort{}, errNotLinux }

func (p *Proxy) listenTransparent(string) (*listener, error) { return nil, errNotLinux }

func dialAs(context.Context, netip.AddrPort, string) (net.Conn, error) { return nil, errNotLinux }
