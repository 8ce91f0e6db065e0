// This file is the subcommand export.

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/export"
)

func defineExport(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	format := fs.String("format", "jsonl", "jsonl or pcapng")
	filterText := fs.String("filter", "", "only events that match this `FILTER`")
	only := fs.String("only", "", "only this session (12) or connection (c31)")
	output := fs.StringP("output", "o", "", "`FILE` to write to (default: standard output)")
	secrets := fs.Bool("secrets", false, "leave digests, tickets and cookies as they are instead of masking them")
	return func(e *env, args []string) (err error) {
		if len(args) > 0 {
			return usagef("takes no arguments")
		}
		if *format != "jsonl" && *format != "pcapng" {
			return usagef("--format %q: want jsonl or pcapng", *format)
		}
		q, err := parseFilter(*filterText)
		if err != nil {
			return err
		}
		store, err := readStore(e, *storeAt)
		if err != nil {
			return err
		}
		defer store.Close()
		var scope captures.Scope
		if *only != "" {
			if scope, err = scopeOf(store, *only); err != nil {
				return err
			}
		}
		to := io.Writer(e.stdout)
		if *output != "" {
			file, err := os.OpenFile(*output, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			to = file
		}
		out := bufio.NewWriterSize(to, 256<<10)
		walk := func(each func(*event.Event) error) error { return store.Walk(e.ctx, scope, q, each) }
		if *format == "jsonl" {
			err = walk(jsonLines(out, store, *secrets))
		} else {
			conn := func(id int64) *event.Connection {
				if c, ok := store.Connection(id); ok {
					return &c
				}
				return nil
			}
			err = export.Pcapng(out, walk, conn, export.Options{Secrets: *secrets})
		}
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		return out.Flush()
	}
}
