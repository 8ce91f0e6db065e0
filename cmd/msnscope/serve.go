// This file serves the page beside whatever else a subcommand does, and ends
// it all together.

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/record"
	"msnscope/proxy"
	"msnscope/web"
)

const defaultWeb = "127.0.0.1:8863"

// page is the page of one run.
type page struct {
	listener net.Listener
	server   *web.Server
}

// pageFlags are the flags of every subcommand with a page.
type pageFlags struct {
	addr  *string
	hosts *[]string
}

func definePage(fs *pflag.FlagSet) pageFlags {
	return pageFlags{
		addr:  fs.String("web", defaultWeb, "`ADDR`ess of the page"),
		hosts: fs.StringSlice("web-host", nil, "further `NAME`s under which the page may be asked for"),
	}
}

// newPage opens the page's address.
func newPage(flags pageFlags, store *captures.Store, dir string, log *slog.Logger) (*page, error) {
	l, err := net.Listen("tcp", *flags.addr)
	if err != nil {
		return nil, fmt.Errorf("the page cannot listen on %s: %w; choose another address with --web", *flags.addr, err)
	}
	return &page{l, &web.Server{
		Store: store, Dir: dir, ReadOnly: store.ReadOnly(),
		Token: web.NewToken(), Hosts: *flags.hosts, Version: fullVersion(), Log: log,
	}}, nil
}

// url is the address to open, token included.
func (p *page) url(path string) string {
	addr := p.listener.Addr().(*net.TCPAddr).AddrPort()
	if addr.Addr().IsUnspecified() {
		local := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		addr = netip.AddrPortFrom(local, addr.Port())
	}
	return "http://" + addr.String() + path + "?token=" + url.QueryEscape(p.server.Token)
}

// addr is where the page listens.
func (p *page) addr() netip.AddrPort { return p.listener.Addr().(*net.TCPAddr).AddrPort() }

// proxyView shows a proxy to the page.
type proxyView struct {
	*proxy.Proxy
	file *record.File
}

// Status is part of web.Proxy.
func (v proxyView) Status() web.ProxyStatus {
	s := v.Proxy.Status()
	status := web.ProxyStatus{Upstream: s.Upstream, Live: s.Connections}
	for _, a := range s.Listening {
		status.Listen = append(status.Listen, a.String())
	}
	if err := v.file.Trouble(); err != nil {
		status.Problem = "recording has gaps: " + err.Error()
	}
	return status
}

// together runs the parts until ctx is done or one of them fails, then ends
// the others and waits for them.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	var errs []error
	for range parts {
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
		stop()
	}
	return errors.Join(errs...)
}

// logger writes to stderr: words for people, no times on a terminal's line.
func logger(e *env) *slog.Logger {
	return slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: logLevel(e.getenv("MSNSCOPE_LOG"))}))
}

// logLevel reads debug, info, warn or error; warn if it is none of them.
func logLevel(word string) slog.Level {
	level := slog.LevelWarn
	_ = level.UnmarshalText([]byte(strings.ToUpper(word)))
	return level
}

// freeIfTaken returns addr, or a free port of its host when another program
// has that one: a demo must not fail over a port number.
func freeIfTaken(addr string) string {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		host, _, _ := net.SplitHostPort(addr)
		return net.JoinHostPort(host, "0")
	}
	l.Close()
	return addr
}
