// This file is the subcommand sessions.

package main

import (
	"bufio"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures/event"
	"msnscope/decode"
)

func defineSessions(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	asJSON := fs.Bool("json", false, "JSON Lines, a session a line")
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usagef("takes no arguments")
		}
		store, err := readStore(e, *storeAt)
		if err != nil {
			return err
		}
		defer store.Close()
		out := bufio.NewWriter(e.stdout)
		sessions := store.Sessions()
		if *asJSON {
			var line []byte
			for i := range sessions {
				line = event.AppendSession(line[:0], &sessions[i], store.Connections(sessions[i].ID))
				out.Write(append(line, '\n'))
			}
			return out.Flush()
		}
		if len(sessions) > 0 {
			fmt.Fprintf(out, "%-9s %-20s %-9s %-28s %-22s %8s %6s %6s  %s\n", "SESSION", "STARTED", "LASTED", "ACCOUNT", "SERVER", "EVENTS", "CHATS", "ERRORS", "CLIENT, NAME AND NOTE")
		}
		for _, s := range sessions {
			lasted := time.Duration(max(0, s.Ended-s.Started)).Round(time.Second).String()
			if s.Live {
				lasted = "live"
			}
			account := s.Account
			if account == "" {
				account = "(not said)"
			}
			fmt.Fprintf(out, "%-9d %-20s %-9s %-28s %-22s %8d %6d %6d  %s\n", s.ID,
				time.Unix(0, s.Started).UTC().Format("2006-01-02 15:04:05"), lasted, decode.Visible(account), s.Server, s.Events, s.Chats, s.Errors, decode.Visible(s.Client)+labelWords(s.Label))
		}
		return out.Flush()
	}
}

// labelWords says what a user has added to a session.
func labelWords(l event.Label) string {
	words := ""
	if l.Name != "" {
		words += fmt.Sprintf("  %q", l.Name)
	}
	if l.Note != "" {
		words += fmt.Sprintf("  note: %q", l.Note)
	}
	if l.Pinned {
		words += "  pinned"
	}
	return words
}
