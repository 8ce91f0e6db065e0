// This file is the subcommand demo: everything to look at in ten seconds.

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"msnscope/proxy"
	"msnscope/proxy/msnptest"
)

func defineDemo(fs *pflag.FlagSet) func(*env, []string) error {
	flags := definePage(fs)
	storeAt := fs.String("store", "", "`DIR`ectory to keep the recording in (default: a temporary one)")
	rulesAt := fs.String("rules", "", "`FILE` of rules for what passes, as for proxy")
	pace := fs.Duration("pace", 2*time.Second, "mean pause between two things that happen")
	return func(e *env, args []string) (err error) {
		if len(args) > 0 {
			return usagef("takes no arguments")
		}
		dir := *storeAt
		if dir == "" {
			if dir, err = os.MkdirTemp("", "msnscope-demo-"); err != nil {
				return err
			}
			defer os.RemoveAll(dir)
		}
		if !fs.Changed("web") && *flags.addr == defaultWeb {
			*flags.addr = freeIfTaken(defaultWeb)
		}
		server, err := msnptest.Start(msnptest.Config{
			Accounts: msnptest.StoryAccounts(),
			DS:       []string{"127.0.0.1:0"}, NS: []string{"127.0.0.1:0"}, SB: []string{"127.0.0.1:0"},
		})
		if err != nil {
			return fmt.Errorf("practice server: %w", err)
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		p := &proxy.Proxy{Upstream: server.DispatchAddr(), Listen: []string{"127.0.0.1:0"}, Drain: time.Second, FileTransfers: true}
		log, err := flags.logger(e)
		if err != nil {
			return err
		}
		story := func(ctx context.Context) error {
			s := &msnptest.Story{Address: p.Addr().String(), Server: server, Pace: *pace, Seed: 7,
				Tell: func(msg string) { log.Warn(msg) }}
			fmt.Fprintln(e.stdout, "Three friends are signing in through the proxy. Ctrl+C ends the demo.")
			return s.Run(ctx)
		}
		return runProxy(e, p, flags, service{store: dir, rules: *rulesAt, more: story})
	}
}
