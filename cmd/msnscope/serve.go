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
	"os"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/captures"
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
	addr      *string
	hosts     *[]string
	tokenFile *string
	log       *string
	logFormat *string
}

func definePage(fs *pflag.FlagSet) pageFlags {
	return pageFlags{
		addr:      fs.String("web", defaultWeb, "`ADDR`ess of the page"),
		hosts:     fs.StringSlice("web-host", nil, "further `NAME`s under which the page may be asked for"),
		tokenFile: fs.String("token-file", "", "`FILE` with the page's token, made if it does not exist (default: a new token at every start)"),
		log:       fs.String("log", "warn", "what to log: debug, info, warn or error"),
		logFormat: fs.String("log-format", "text", "how: text or json"),
	}
}

// newPage opens the page's address.
func newPage(flags pageFlags, listen func(addr string) (net.Listener, error), store *captures.Store, dir string, log *slog.Logger) (*page, error) {
	token, err := pageToken(*flags.tokenFile)
	if err != nil {
		return nil, err
	}
	l, err := listen(*flags.addr)
	if err != nil {
		return nil, fmt.Errorf("the page cannot listen on %s: %w; choose another address with --web", *flags.addr, err)
	}
	p := &page{l, &web.Server{
		Store: store, Dir: dir, ReadOnly: store.ReadOnly(),
		Token: token, Hosts: *flags.hosts, Version: fullVersion(), Log: log,
	}}
	p.server.Player = player{p.addr()}
	return p, nil
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
	store *captures.Store
	file  *captures.Recording
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
	} else if v.store.BeyondLimit() {
		status.Problem = "the captures have more bytes than --keep-size allows: what is left is being recorded or pinned"
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

// pageToken returns the token in the file, which it makes if there is none; a
// new one if path is "".
func pageToken(path string) (string, error) {
	if path == "" {
		return web.NewToken(), nil
	}
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		token := web.NewToken()
		return token, os.WriteFile(path, []byte(token+"\n"), 0o600)
	case err != nil:
		return "", err
	}
	token := strings.TrimSpace(string(b))
	if len(token) < minToken || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("%s: want one word of %d characters or more; delete the file to have a token made", path, minToken)
	}
	return token, nil
}

// minToken is what cannot be guessed.
const minToken = 16

// logger writes to stderr.
func (f pageFlags) logger(e *env) (*slog.Logger, error) {
	var o slog.HandlerOptions
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(strings.ToUpper(*f.log))); err != nil {
		return nil, usagef("--log %s: want debug, info, warn or error", *f.log)
	}
	o.Level = level
	var log *slog.Logger
	switch *f.logFormat {
	case "text":
		log = slog.New(slog.NewTextHandler(e.stderr, &o))
	case "json":
		log = slog.New(slog.NewJSONHandler(e.stderr, &o))
	default:
		return nil, usagef("--log-format %s: want text or json", *f.logFormat)
	}
	if e.stderr == os.Stderr { // the store says what it has to say by the default logger
		slog.SetDefault(log)
	}
	return log, nil
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
