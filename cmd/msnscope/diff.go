// This file is the subcommand diff: where two sessions, connections or
// captures differ in what they say.

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/compare"
	"msnscope/captures/filter"
)

// The exit statuses of diff are those of diff(1), which scripts know.
const (
	exitDifferent = 1
	exitTrouble   = 2
)

func defineDiff(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	asJSON := fs.Bool("json", false, "JSON Lines: a line for each difference, then one with the counts")
	brief := fs.BoolP("brief", "q", false, "only how many differences there are")
	context := fs.IntP("context", "U", 3, "show `N` equal commands around each difference")
	with := fs.String("with", "", "compare also this `LIST` of what is ignored otherwise: "+compare.Default.Ignored().String()+" or all")
	without := fs.String("without", "", "ignore this `LIST` too: "+compare.Default.String())
	filterText := fs.String("filter", "", "compare only what matches this `FILTER`")
	loose := fs.Bool("loose", false, "let commands of one name stand side by side whatever their kind (LST FL, LST AL)")
	slack := fs.Duration("slack", 100*time.Millisecond, "--with time: how much longer or shorter an answer may take")
	secrets := fs.Bool("secrets", false, "show digests, tickets and cookies")
	return func(e *env, args []string) error {
		if len(args) != 2 {
			return usagef("name two things to compare: capture files (a.pcap), sessions (12) or connections (c31) of a store, or of a file (a.pcap:2)")
		}
		if *context < 0 || *slack < 0 {
			return usagef("-U and --slack cannot be less than 0")
		}
		o := compare.Options{Facets: compare.Default, Loose: *loose, Slack: *slack}
		more, err := compare.ParseFacets(*with)
		if err != nil {
			return usagef("--with: %v", err)
		}
		less, err := compare.ParseFacets(*without)
		if err != nil {
			return usagef("--without: %v", err)
		}
		o.Facets = (o.Facets | more) &^ less
		q, err := parseFilter(*filterText)
		if err != nil {
			return err
		}
		d := differ{env: e, out: bufio.NewWriter(e.stdout), colour: colours(e), context: *context, brief: *brief, json: *asJSON, secrets: *secrets}
		different, err := d.run(args, *storeAt, q, o)
		err = flush(d.out, err)
		var wrong usageError
		switch {
		case errors.Is(err, syscall.EPIPE) && different:
			return status{exitDifferent, nil}
		case err != nil && !errors.As(err, &wrong):
			return status{exitTrouble, err}
		case err == nil && different:
			return status{exitDifferent, nil}
		}
		return err
	}
}

// compared is what A or B stands for.
type compared struct {
	word  string
	store *captures.Store
	scope captures.Scope
	about string // account and server
}

// run compares and prints.
func (d *differ) run(args []string, storeAt string, q *filter.Query, o compare.Options) (different bool, err error) {
	var sides [2]compare.Side
	var shared *captures.Store
	for i, word := range args {
		c := &d.of[i]
		c.word = word
		if isID(word) {
			if shared == nil {
				if shared, err = readStore(d.env, storeAt); err != nil {
					return false, err
				}
				defer shared.Close()
			}
			c.store = shared
			if c.scope, err = scopeOf(shared, word); err != nil {
				return false, err
			}
		} else {
			done, err := c.open(d.env)
			if err != nil {
				return false, err
			}
			defer done()
		}
		c.describe()
		sides[i] = c.store.Side(d.env.ctx, c.scope, q)
	}
	return d.compare(sides, o)
}

// compare compares the two sides and prints where they differ.
func (d *differ) compare(sides [2]compare.Side, o compare.Options) (different bool, err error) {
	r, err := compare.Compare(d.env.ctx, sides[0], sides[1], o)
	if err != nil {
		return false, err
	}
	for i, more := range r.More {
		if more {
			fmt.Fprintf(d.env.stderr, "msnscope %s: %s: only the first %d events are compared; narrow it down with --filter or a session\n", d.env.name, d.of[i].word, r.Events[i])
		}
		if r.Events[i] == 0 {
			fmt.Fprintf(d.env.stderr, "msnscope %s: %s: nothing to compare in it\n", d.env.name, d.of[i].word)
		}
	}
	if r.Coarse > 0 {
		fmt.Fprintf(d.env.stderr, "msnscope %s: %d rows were too many to compare all with all; there may be fewer differences than are shown\n", d.env.name, r.Coarse)
	}
	different = r.Counts.Different() > 0
	if !different && r.More != [2]bool{} {
		return false, errors.New("what was compared is equal, but that is not all")
	}
	return different, d.print(r)
}

// isID reports whether a word names a session or a connection.
func isID(word string) bool {
	digits := strings.TrimPrefix(word, "c")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// open puts a file into a store of its own. "FILE:2" is a session of it.
func (c *compared) open(e *env) (done func(), err error) {
	path, part := c.word, ""
	if i := strings.LastIndexByte(path, ':'); i > 0 && isID(path[i+1:]) {
		if _, err := os.Stat(path); err != nil {
			path, part = path[:i], path[i+1:]
		}
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "msnscope-diff-")
	if err != nil {
		return nil, err
	}
	c.store, err = captures.Open(dir, captures.Options{})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	done = func() {
		c.store.Close()
		os.RemoveAll(dir)
	}
	if err := c.fill(e, path, part); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

func (c *compared) fill(e *env, path, part string) error {
	report, err := c.store.Import(e.ctx, path, nil)
	if err != nil {
		return err
	}
	for _, p := range report.Problems {
		fmt.Fprintf(e.stderr, "msnscope %s: %s: %s\n", e.name, path, p)
	}
	if part == "" {
		return nil
	}
	if c.scope, err = scopeOf(c.store, part); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// describe says whose it is and with whom.
func (c *compared) describe() {
	switch {
	case c.scope.Connection != 0:
		if conn, ok := c.store.Connection(c.scope.Connection); ok {
			c.about = fmt.Sprintf("%s %s -> %s", conn.Role, conn.Account, conn.Server)
		}
	default:
		sessions := c.store.Sessions()
		if s, ok := c.store.Session(c.scope.Session); ok {
			sessions = append(sessions[:0:0], s)
		}
		if len(sessions) == 1 {
			c.about = strings.TrimSpace(fmt.Sprintf("%s -> %s %s", sessions[0].Account, sessions[0].Server, sessions[0].Client))
		} else if len(sessions) > 1 {
			c.about = fmt.Sprintf("%d sessions", len(sessions))
		}
	}
}
