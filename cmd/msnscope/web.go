// This file is the subcommands web and open: the page over a store, and over
// captures put into a store of their own for the time being.

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"msnscope/captures"
)

func defineWeb(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	flags := definePage(fs)
	keep := limitFlags(fs, false)
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usagef("takes no arguments; did you mean --store %s?", args[0])
		}
		dir, err := storeDir(e, *storeAt)
		if err != nil {
			return err
		}
		return servePage(e, flags, dir, *keep, nil)
	}
}

func defineOpen(fs *pflag.FlagSet) func(*env, []string) error {
	flags := definePage(fs)
	return func(e *env, args []string) error {
		if len(args) == 0 {
			return usagef("name the captures to open")
		}
		dir, err := os.MkdirTemp("", "msnscope-open-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		return servePage(e, flags, dir, captures.Keep{}, args)
	}
}

// servePage imports the files, if any, and serves the page over the store.
func servePage(e *env, flags pageFlags, dir string, keep captures.Keep, files []string) (err error) {
	log, err := flags.logger(e)
	if err != nil {
		return err
	}
	store, err := captures.Open(dir, captures.Options{Keep: keep})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, path := range files {
		if err := importFile(e, store, path); err != nil {
			return err
		}
	}
	sockets := &activation{getenv: e.getenv}
	page, err := newPage(flags, sockets.listen, store, dir, log)
	if err != nil {
		return err
	}
	path := "/"
	if len(files) > 0 {
		path = "/all"
	}
	fmt.Fprintf(e.stdout, "page      %s\n", page.url(path))
	if len(files) == 0 {
		fmt.Fprintf(e.stdout, "store     %s\n", dir)
	}
	return page.server.Serve(e.ctx, page.listener)
}
