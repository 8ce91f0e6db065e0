// This file is the subcommand import.

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/decode"
)

func defineImport(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	grows := fs.BoolP("follow", "f", false, "the file is still being written: go on until Ctrl-C, or until it is replaced")
	watched := fs.String("watch", "", "import what comes to rest in this `DIR`, each file once, until Ctrl-C")
	keep := limitFlags(fs, false)
	return func(e *env, args []string) (err error) {
		switch {
		case *watched != "" && (len(args) > 0 || *grows):
			return usagef("--watch takes no files")
		case *grows && (len(args) != 1 || args[0] == "-"):
			return usagef("-f follows one file; standard input is followed without")
		case *watched == "" && len(args) == 0:
			return usagef("name the captures to import")
		}
		dir, err := storeDir(e, *storeAt)
		if err != nil {
			return err
		}
		store, err := captures.Open(dir, captures.Options{Keep: *keep})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		if store.ReadOnly() {
			return fmt.Errorf("%s (--store names another one)", store.WhyReadOnly())
		}
		switch {
		case *watched != "":
			return watch(e, store, *watched)
		case *grows:
			return importGrowing(e, store, args[0])
		}
		for _, path := range args {
			if err = errors.Join(err, importFile(e, store, path)); e.ctx.Err() != nil {
				break
			}
		}
		store.Retain()
		return err
	}
}

// importFile imports one file and says what was found in it.
func importFile(e *env, store *captures.Store, path string) error {
	progress := newProgress(e.stderr, path)
	var report captures.Report
	var err error
	if path == "-" {
		report, err = store.ImportFrom(e.ctx, e.stdin, "standard input", progress.show)
	} else {
		report, err = store.Import(e.ctx, path, progress.show)
	}
	progress.end()
	if err != nil {
		return err
	}
	printReport(e, path, &report)
	return nil
}

// importGrowing imports a file that is still being written.
func importGrowing(e *env, store *captures.Store, path string) error {
	progress := newProgress(e.stderr, path)
	report, ended, err := store.ImportGrowing(e.ctx, path, progress.show)
	progress.end()
	if err != nil {
		return err
	}
	if ended != "" {
		fmt.Fprintf(e.stderr, "msnscope import: %s %s\n", path, ended)
	}
	printReport(e, path, &report)
	return nil
}

func printReport(e *env, path string, report *captures.Report) {
	if report.Already {
		fmt.Fprintf(e.stdout, "%s: imported before, nothing added\n", path)
		return
	}
	for _, c := range report.Connections {
		fmt.Fprintf(e.stdout, "  connection %-8d %-2s %-21s -> %-21s %6d events  %s\n",
			c.ID, roleWord(c), c.Client, c.Server, c.Events, decode.Visible(c.Account))
	}
	if more := report.Spoken - int64(len(report.Connections)); more > 0 {
		fmt.Fprintf(e.stdout, "  and %d connections more\n", more)
	}
	for _, i := range report.Ignored {
		fmt.Fprintf(e.stdout, "  skipped             %-21s -> %-21s %s\n", i.Connection.Client, i.Connection.Server, i.Why)
	}
	for _, p := range report.Problems {
		fmt.Fprintf(e.stdout, "  problem: %s\n", p)
	}
	fmt.Fprintf(e.stdout, "%s: %d packets, %d connections, %d events, %d connections skipped\n",
		path, report.Packets, report.Spoken, report.Events, int64(len(report.Ignored))+report.MoreIgnored)
}

func roleWord(c event.Connection) string {
	if r := c.Role.String(); r != "" {
		return r
	}
	return "?"
}
