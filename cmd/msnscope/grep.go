// This file is the subcommand grep: matching events of a store.

package main

import (
	"bufio"
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
)

func defineGrep(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	asJSON := fs.Bool("json", false, "JSON Lines, an event a line")
	secrets := fs.Bool("secrets", false, "show digests, tickets and cookies")
	live := fs.BoolP("follow", "f", false, "go on with what the store gets from now on")
	return func(e *env, args []string) error {
		if len(args) == 0 {
			return usagef("want a filter, such as 'cmd:MSG text:hello'")
		}
		q, err := parseFilter(strings.Join(args, " "))
		if err != nil {
			return err
		}
		store, err := readStore(e, *storeAt)
		if err != nil {
			return err
		}
		defer store.Close()
		out := bufio.NewWriter(e.stdout)
		write := (&transcript{out: out, store: store, words: true, secrets: *secrets, colour: colours(e)}).event
		if *asJSON {
			write = jsonLines(out, store, *secrets)
		}
		if !*live {
			return flush(out, store.Walk(e.ctx, captures.Scope{}, q, write))
		}
		return followStore(e.ctx, store, q, out, write)
	}
}

// parseFilter parses a filter and shows the place of a mistake in it.
func parseFilter(text string) (*filter.Query, error) {
	q, err := filter.Parse(text)
	var wrong *filter.Error
	if errors.As(err, &wrong) {
		at := min(max(wrong.At, 0), len(text))
		end := min(max(wrong.End, at), len(text))
		// Line ends and tabs as one mark each, so that the place is below what it marks.
		before, there, behind := decode.Visible(text[:at]), decode.Visible(text[at:end]), decode.Visible(text[end:])
		return nil, usagef("filter: %v\n  %s%s%s\n  %s%s", wrong, before, there, behind,
			strings.Repeat(" ", utf8.RuneCountInString(before)), strings.Repeat("^", max(utf8.RuneCountInString(there), 1)))
	}
	return q, err
}

// flush writes what out still has and returns what went wrong first: out fails
// again with what it has failed with.
func flush(out *bufio.Writer, err error) error {
	if failed := out.Flush(); err == nil {
		err = failed
	}
	return err
}

// jsonLines writes events as JSON Lines.
func jsonLines(out *bufio.Writer, store *captures.Store, secrets bool) func(*event.Event) error {
	var line []byte
	return func(e *event.Event) error {
		var c *event.Connection
		if known, ok := store.Connection(e.Connection); ok {
			c = &known
		}
		line = event.AppendJSON(line[:0], e, nil, c, event.JSONOptions{Secrets: secrets})
		_, err := out.Write(append(line, '\n'))
		return err
	}
}

// followStore writes matching events as they come, until ctx is done.
func followStore(ctx context.Context, store *captures.Store, q *filter.Query, out *bufio.Writer, write func(*event.Event) error) error {
	reached := captures.Reached{}
	for {
		changed := store.Changed()
		if err := flush(out, store.WalkNew(ctx, captures.Scope{}, q, reached, write)); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}
