// This file is the subcommand proxy.

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/proxy"
	"msnscope/proxy/script"
)

func defineProxy(fs *pflag.FlagSet) func(*env, []string) error {
	upstream := fs.String("upstream", "", "the real server, `HOST`[:1863]")
	listen := fs.StringSlice("listen", []string{proxy.DefaultListen}, "`ADDR`esses to accept clients on")
	advertise := fs.String("advertise", "", "`HOST` that redirects name, if clients reach this machine by another address than its own")
	hold := fs.Duration("hold", proxy.DefaultHold, "how long an unfinished command waits for its end before it goes on as it is")
	drain := fs.Duration("drain", proxy.DefaultDrain, "how long connections may go on after SIGTERM")
	oneEach := fs.Bool("one-command-per-write", false, "forward commands one by one, for peers that take one read for one command")
	transfers := fs.Bool("file-transfers", false, "have file transfers come through too: replaces the addresses in their invitations")
	ways := defineWays(fs)
	monitor := fs.String("metrics", "", "`ADDR`ess of /metrics (Prometheus), /healthz and /readyz; needs no token")
	rulesAt := fs.String("rules", "", "`FILE` of rules that hold, change, delay or break what passes; read again when it changes")
	scripts := fs.StringArray("script", nil, "`COMMAND` of an add-on that sees what passes and may change it; may be repeated")
	budget := fs.Duration("script-budget", script.DefaultBudget, "how long a command waits for an add-on")
	pageFlags := definePage(fs)
	storeAt := storeFlag(fs)
	keep := limitFlags(fs, true)
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usagef("takes no arguments; did you mean --upstream %s?", args[0])
		}
		if *upstream == "" && !ways.given() {
			return usagef("name the real server with --upstream HOST, or a way in with --route, --socks, --transparent, --tproxy or --gateway")
		}
		if *hold < 0 || *drain < 0 {
			return usagef("--hold and --drain cannot be less than 0")
		}
		p := &proxy.Proxy{
			Upstream: *upstream, Listen: *listen, Advertise: *advertise,
			Hold: zeroIsNone(*hold), Drain: zeroIsNone(*drain), OneCommandPerWrite: *oneEach, FileTransfers: *transfers,
		}
		if err := ways.apply(p); err != nil {
			return err
		}
		addons, err := addons(*scripts, *budget)
		if err != nil {
			return err
		}
		return runProxy(e, p, pageFlags, service{store: *storeAt, monitor: *monitor, rules: *rulesAt, scripts: addons, keep: *keep})
	}
}

// addons reads the commands of add-ons, words that blanks keep apart.
func addons(commands []string, budget time.Duration) (list []*script.Script, err error) {
	if budget <= 0 || budget > script.MaxBudget {
		return nil, usagef("--script-budget %v: want more than 0 and %v at most", budget, script.MaxBudget)
	}
	for _, c := range commands {
		words := strings.Fields(c)
		if len(words) == 0 {
			return nil, usagef("--script is empty")
		}
		if _, err := exec.LookPath(words[0]); err != nil {
			return nil, fmt.Errorf("--script %s: %w", c, err)
		}
		list = append(list, &script.Script{Command: words, Budget: budget})
	}
	return list, nil
}

// zeroIsNone turns the flag's 0 into the proxy's "not at all".
func zeroIsNone(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}

// service is what runs beside a proxy and its page.
type service struct {
	store   string // directory, "" for the usual one
	monitor string // address for monitoring, "" for none
	rules   string // file of rules, "" for none
	scripts []*script.Script
	keep    captures.Keep
	more    func(context.Context) error // runs until the program is told to end; nil: nothing does
}

// runProxy runs a proxy with its store and page until the program is told to
// end.
func runProxy(e *env, p *proxy.Proxy, flags pageFlags, with service) (err error) {
	log, err := flags.logger(e)
	if err != nil {
		return err
	}
	h := &hands{proxy: p}
	p.Deciders = append(p.Deciders, &h.rules)
	var ruled *rulesFile
	if with.rules != "" {
		if ruled, err = openRules(with.rules, h, log); err != nil {
			return err
		}
	}
	for _, s := range with.scripts {
		s.Log, s.Version = log, fullVersion()
		p.Deciders = append(p.Deciders, s)
	}
	if err := p.Check(); err != nil {
		return usageError{err.Error()}
	}
	if e.check {
		return nil
	}
	dir, err := storeDir(e, with.store)
	if err != nil {
		return err
	}
	set := metrics.NewSet()
	store, err := captures.Open(dir, captures.Options{Keep: with.keep, Answered: answers(set)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if store.ReadOnly() {
		return fmt.Errorf("%s (--store names another one)", store.WhyReadOnly())
	}
	file, err := store.Record()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sockets := &activation{getenv: e.getenv}
	page, err := newPage(flags, sockets.listen, store, dir, log)
	if err != nil {
		return err
	}
	p.Recorder, p.Log, p.ListenFunc = file, log, sockets.listen
	p.Promises = filepath.Join(dir, "promises.jsonl")
	p.Refuse = append(p.Refuse, page.addr())
	if err := p.Bind(); err != nil {
		page.listener.Close()
		return err
	}
	page.server.Proxy, page.server.Hands = proxyView{p, store, file}, h
	var watched net.Listener
	if with.monitor != "" {
		if watched, err = sockets.listen(with.monitor); err != nil {
			page.listener.Close()
			return fmt.Errorf("cannot listen on %s for --metrics: %w", with.monitor, err)
		}
		p.Refuse = append(p.Refuse, watched.Addr().(*net.TCPAddr).AddrPort())
		fmt.Fprintf(e.stdout, "metrics   http://%s/metrics\n", watched.Addr())
	}
	fmt.Fprintf(e.stdout, "page      %s\n", page.url("/"))
	tellWays(e.stdout, p.Status())
	fmt.Fprintf(e.stdout, "store     %s\n", dir)
	// The page goes on while the proxy drains, and ends after it.
	pageCtx, endPage := context.WithCancel(context.WithoutCancel(e.ctx))
	parts := []func(context.Context) error{
		func(ctx context.Context) error { defer endPage(); return p.Serve(ctx) },
		func(context.Context) error { return page.server.Serve(pageCtx, page.listener) },
	}
	parts = append(parts, func(ctx context.Context) error {
		whenIdle(ctx, func() int64 { s := p.Status(); return s.Total + s.Bytes[0] + s.Bytes[1] - store.Behind() }, store.Rest)
		return nil
	})
	if ruled != nil {
		parts = append(parts, ruled.watch)
	}
	if watched != nil {
		v := newVitals(set, p, store, file, page.server)
		v.watchScripts(with.scripts)
		parts = append(parts, func(context.Context) error { return v.serve(pageCtx, watched) })
	}
	for _, s := range with.scripts {
		parts = append(parts, s.Run)
	}
	if with.more != nil {
		parts = append(parts, with.more)
	}
	if err := notify(e.getenv, "READY=1"); err != nil {
		log.Warn(err.Error())
	}
	defer context.AfterFunc(e.ctx, func() { _ = notify(e.getenv, "STOPPING=1") })()
	return together(e.ctx, parts...)
}
