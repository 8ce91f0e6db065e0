// This file is the subcommand import.

package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
)

func defineImport(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	return func(e *env, args []string) (err error) {
		if len(args) == 0 {
			return usagef("name the captures to import")
		}
		dir, err := storeDir(e, *storeAt)
		if err != nil {
			return err
		}
		store, err := captures.Open(dir, captures.Options{})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		if store.ReadOnly() {
			return fmt.Errorf("another msnscope records or imports into %s: import through its page, or use another --store", dir)
		}
		for _, path := range args {
			err = errors.Join(err, importFile(e, store, path))
		}
		return err
	}
}

// importFile imports one file and says what was found in it.
func importFile(e *env, store *captures.Store, path string) error {
	progress := newProgress(e.stderr, path)
	report, err := store.Import(e.ctx, path, progress.show)
	progress.end()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if report.Already {
		fmt.Fprintf(e.stdout, "%s: imported before, nothing added\n", path)
		return nil
	}
	for _, c := range report.Connections {
		fmt.Fprintf(e.stdout, "  connection %-8d %-2s %-21s -> %-21s %6d events  %s\n",
			c.ID, roleWord(c), c.Client, c.Server, c.Events, c.Account)
	}
	for _, i := range report.Ignored {
		fmt.Fprintf(e.stdout, "  skipped             %-21s -> %-21s %s\n", i.Connection.Client, i.Connection.Server, i.Why)
	}
	for _, p := range report.Problems {
		fmt.Fprintf(e.stdout, "  problem: %s\n", p)
	}
	fmt.Fprintf(e.stdout, "%s: %d packets, %d connections, %d events, %d connections skipped\n",
		path, report.Packets, len(report.Connections), report.Events, len(report.Ignored))
	return nil
}

func roleWord(c event.Connection) string {
	if r := c.Role.String(); r != "" {
		return r
	}
	return "?"
}

// progress shows how far an import is, on a terminal only.
type progress struct {
	out   *os.File // nil: not on a terminal
	path  string
	start time.Time
	last  time.Time
}

func newProgress(w any, path string) *progress {
	p := &progress{path: path, start: time.Now()}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = f
		}
	}
	return p
}

// showEvery is how often the line is written again.
const showEvery = 200 * time.Millisecond

func (p *progress) show(at captures.Progress) {
	now := time.Now()
	if p.out == nil || now.Sub(p.last) < showEvery {
		return
	}
	p.last = now
	rate := float64(at.Bytes) / max(now.Sub(p.start).Seconds(), 0.001)
	left := ""
	if at.Size > at.Bytes && rate > 0 {
		left = fmt.Sprintf(", %v left", time.Duration(float64(at.Size-at.Bytes)/rate*float64(time.Second)).Round(time.Second))
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s: %d MB, %d packets, %d events, %.0f MB/s%s", p.path, at.Bytes>>20, at.Packets, at.Events, rate/1e6, left)
}

func (p *progress) end() {
	if p.out != nil && !p.last.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
