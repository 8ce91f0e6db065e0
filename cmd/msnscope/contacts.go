// This file is the subcommand contacts: a session's contact list as it was at
// an event.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/decode"
	"msnscope/decode/roster"
)

func defineContacts(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	at := fs.Int64("at", math.MaxInt64, "as it was at this `EVENT` (default: at the end)")
	fs.Lookup("at").DefValue = "0" // so that the help does not name the number
	history := fs.Bool("history", false, "how it changed up to there, how long each status lasted, and when the connection was silent")
	of := fs.String("of", "", "with --history: of this contact (`HANDLE`) only")
	asJSON := fs.Bool("json", false, "one JSON object, each fact with the event that made it so; with --history JSON Lines")
	return func(e *env, args []string) error {
		if len(args) != 1 {
			return usagef("name one session (12)")
		}
		if *of != "" && !*history {
			return usagef("--of goes with --history")
		}
		if *at < 0 {
			return usagef("--at takes an event's number")
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
		if scope.Session == 0 {
			return usagef("name a session (12), not a connection")
		}
		out := bufio.NewWriter(e.stdout)
		if *history {
			var h contactsHistory
			if err := store.Roster(e.ctx, scope.Session, func(t *roster.Timeline) { h = historyOf(t, *at, *of) }); err != nil {
				return err
			}
			if *of != "" && len(h.changes) == 0 {
				return fmt.Errorf("nothing was said of %s in session %d", *of, scope.Session)
			}
			if err := map[bool]func(*bufio.Writer) error{false: h.text, true: h.json}[*asJSON](out); err != nil {
				return err
			}
			return out.Flush()
		}
		var state *roster.State
		if err := store.Roster(e.ctx, scope.Session, func(t *roster.Timeline) { state = t.At(*at) }); err != nil {
			return err
		}
		if state == nil {
			return fmt.Errorf("the contact list as it was at event %d is no longer kept", *at)
		}
		if *asJSON {
			if err := json.NewEncoder(out).Encode(state); err != nil {
				return err
			}
			return out.Flush()
		}
		writeRoster(out, state)
		return out.Flush()
	}
}

// writeRoster writes a roster for reading: groups with their contacts, then
// those on other lists only.
func writeRoster(out *bufio.Writer, s *roster.State) {
	own := fact(s.Status)
	if m := decode.StatusMeaning(own); m != "" {
		own = m
	}
	fmt.Fprintf(out, "%s (%s) is %s; lists at version %s\n", fact(s.Account), fact(s.Name), own, fact(s.Version))
	switch s.Sync.Value {
	case roster.SyncComplete:
	case roster.SyncUnchanged:
		fmt.Fprintln(out, "The client had the lists already, so the server did not send them: only people named since are shown.")
	default:
		fmt.Fprintln(out, "The lists were not told in full: contacts arrive after SYN.")
	}
	seen := map[*roster.Contact]bool{}
	for _, g := range s.Groups {
		fmt.Fprintf(out, "\n%s (group %s)\n", decode.Visible(g.Name.Value), g.ID)
		for _, c := range s.Contacts {
			for _, in := range c.Groups {
				if in.Value == g.ID && c.IsOn(roster.FL) {
					seen[c] = true
					writeContact(out, s, c)
				}
			}
		}
	}
	head := "\nnot in a group\n"
	for _, c := range s.Contacts {
		if !seen[c] {
			fmt.Fprint(out, head)
			head = ""
			writeContact(out, s, c)
		}
	}
}

func writeContact(out *bufio.Writer, s *roster.State, c *roster.Contact) {
	status, _ := s.Presence(c)
	if m := decode.StatusMeaning(status); m != "" {
		status = m
	}
	var lists []string
	for l := roster.FL; l <= roster.PL; l++ {
		if c.IsOn(l) {
			lists = append(lists, l.String())
		}
	}
	changed := ""
	if c.Status.Known() {
		changed = fmt.Sprintf("since #%d", c.Status.Event)
	}
	fmt.Fprintf(out, "  %-28s %-24s %-14s %-12s %s\n", decode.Visible(c.Handle), decode.Visible(c.Name.Value), status, strings.Join(lists, " "), changed)
}

// fact shows a fact, or that it was not said.
func fact(f roster.Fact) string {
	if !f.Known() {
		return "not said"
	}
	return decode.Visible(f.Value)
}
