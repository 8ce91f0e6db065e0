// This file is the subcommand export.

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/decode"
)

func defineExport(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	format := fs.String("format", "jsonl", "what to write: "+formatNames())
	filterText := fs.String("filter", "", "only events that match this `FILTER`")
	only := fs.String("only", "", "only this session (12) or connection (c31)")
	output := fs.StringP("output", "o", "", "`FILE` to write to (default, and -: standard output)")
	secrets := fs.Bool("secrets", false, "leave digests, tickets and cookies as they are instead of masking them")
	pseudonymise := fs.Bool("pseudonymise", false, "put invented people, texts, addresses and secrets for the real ones")
	side := fs.String("side", "client", "go, python: whose part the script plays, client or server")
	return func(e *env, args []string) (err error) {
		if len(args) > 0 {
			return usagef("takes no arguments")
		}
		if _, ok := captures.ExportFormat(*format); !ok {
			return usagef("--format %q: want one of %s", *format, formatNames())
		}
		part := decode.C2S
		switch *side {
		case "client":
		case "server":
			part = decode.S2C
		default:
			return usagef("--side %q: want client or server", *side)
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
		if *output != "" && *output != "-" {
			file, err := os.OpenFile(*output, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			to = file
		}
		out := bufio.NewWriterSize(to, 256<<10)
		err = store.Export(e.ctx, out, captures.Export{
			Format: *format, Scope: scope, Filter: q, Secrets: *secrets, Pseudonymise: *pseudonymise, Side: part,
		})
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		return out.Flush()
	}
}

func formatNames() string {
	var names []string
	for _, f := range captures.ExportFormats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
