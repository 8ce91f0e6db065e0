// This file is the subcommand show: the transcript of a session or connection.

package main

import (
	"bufio"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
)

func defineShow(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	format := fs.String("format", "words", "words: what each command means; lines: each command as it is; both")
	secrets := fs.Bool("secrets", false, "show digests, tickets and cookies")
	return func(e *env, args []string) error {
		if len(args) != 1 {
			return usagef("name one session (12) or connection (c31)")
		}
		t := transcript{secrets: *secrets, colour: colours(e)}
		switch *format {
		case "words":
			t.words = true
		case "lines":
			t.lines = true
		case "both":
			t.words, t.lines = true, true
		default:
			return usagef("--format %q: want words, lines or both", *format)
		}
		store, err := readStore(e, *storeAt)
		if err != nil {
			return err
		}
		defer store.Close()
		scope, err := scopeOf(store, args[0])
		if err != nil {
			return err
		}
		t.out, t.store = bufio.NewWriter(e.stdout), store
		if err := store.Walk(e.ctx, scope, &filter.Query{}, t.event); err != nil {
			return err
		}
		return t.out.Flush()
	}
}

// colours reports whether output may be coloured: a terminal, and nobody
// minds (https://no-color.org).
func colours(e *env) bool {
	f, ok := e.stdout.(*os.File)
	if !ok || e.getenv("NO_COLOR") != "" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// transcript writes events for reading.
type transcript struct {
	out     *bufio.Writer
	store   *captures.Store
	words   bool
	lines   bool
	secrets bool
	colour  bool
	conn    int64
	day     string
}

func (t *transcript) event(e *event.Event) error {
	at := time.Unix(0, e.Time).UTC()
	if day := at.Format("2006-01-02"); day != t.day {
		t.day = day
		fmt.Fprintf(t.out, "-- %s UTC --\n", day)
	}
	if e.Connection != t.conn {
		t.conn = e.Connection
		if c, ok := t.store.Connection(e.Connection); ok {
			fmt.Fprintf(t.out, "-- connection %d %s %s -> %s --\n", c.ID, c.Role, c.Client, c.Server)
		}
	}
	arrow, paint, plain := "C >", "\x1b[34m", "\x1b[0m"
	if e.Dir == decode.S2C {
		arrow, paint = "< S", "\x1b[33m"
	}
	if !t.colour {
		paint, plain = "", ""
	}
	fmt.Fprintf(t.out, "%s %s%s", at.Format("15:04:05.000"), paint, arrow)
	if t.words {
		fmt.Fprintf(t.out, " %-3s %s%s", shortName(e), decode.Visible(e.Summary()), markWords(e.Mark))
	}
	if t.lines && len(e.Raw) > 0 {
		raw := e.Raw
		if !t.secrets {
			raw = e.Masked(nil).Raw
		}
		if t.words {
			fmt.Fprint(t.out, plain, "\n                ")
		}
		fmt.Fprintf(t.out, " %s", decode.Visible(string(raw)))
	}
	_, err := fmt.Fprint(t.out, plain, "\n")
	return err
}

// markWords says what a user has added to an event.
func markWords(m event.Mark) string {
	if m == (event.Mark{}) {
		return ""
	}
	return "  ★ " + decode.Visible(m.String())
}

// shortName is the command's name, or a mark for what is none.
func shortName(e *event.Event) string {
	if name := e.Cmd(); name != "" {
		return name
	}
	return "---"
}
