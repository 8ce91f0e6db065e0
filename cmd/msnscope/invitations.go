// This file is the subcommand invitations: what people offered each other, and
// what became of it.

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/decode"
)

func defineInvitations(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	asJSON := fs.Bool("json", false, "JSON Lines, an invitation a line")
	return func(e *env, args []string) error {
		if len(args) > 1 {
			return usagef("takes a session (12) or a connection (c31), or nothing for all")
		}
		store, err := readStore(e, *storeAt)
		if err != nil {
			return err
		}
		defer store.Close()
		var scope captures.Scope
		if len(args) == 1 {
			if scope, err = scopeOf(store, args[0]); err != nil {
				return err
			}
		}
		list, more, err := store.Invitations(e.ctx, scope)
		if err != nil {
			return err
		}
		moved := map[int64]string{} // what became of the file, by the events of its invitation
		for _, c := range store.Transfers(0) {
			for _, id := range c.File.Events {
				moved[id] = fmt.Sprintf(", c%d: %s", c.ID, decode.Visible(c.File.Words))
			}
		}
		out := bufio.NewWriter(e.stdout)
		for i := range list {
			inv := &list[i]
			if *asJSON {
				if err := json.NewEncoder(out).Encode(inv); err != nil {
					return err
				}
				continue
			}
			if i == 0 {
				fmt.Fprintf(out, "%-20s %-26s %-26s %-40s %s\n", "OFFERED", "FROM", "TO", "WHAT", "STATE")
			}
			file := ""
			for _, id := range inv.Events {
				file = cmp.Or(file, moved[id])
			}
			fmt.Fprintf(out, "%-20s %-26s %-26s %-40s %s%s (%s)\n", inv.Begun.Format("2006-01-02 15:04:05"), decode.Visible(inv.Inviter),
				unknown(inv.Invitee), offered(inv), becameOf(inv), file, eventList(inv.Events))
		}
		if more {
			fmt.Fprintf(e.stderr, "msnscope invitations: there are more, these are the newest %d; name a session\n", captures.MaxInvitations)
		}
		return out.Flush()
	}
}

func unknown(handle string) string {
	if handle == "" {
		return "?"
	}
	return decode.Visible(handle)
}

// offered says what an invitation is for.
func offered(inv *captures.Invitation) string {
	switch {
	case inv.File != "" && inv.Size != nil:
		return fmt.Sprintf("file %q, %d bytes", decode.Visible(inv.File), *inv.Size)
	case inv.File != "":
		return fmt.Sprintf("file %q", decode.Visible(inv.File))
	case inv.Application != "":
		return decode.Visible(inv.Application)
	case inv.Unseen:
		return "offered before the capture began"
	}
	return "an application that is not named"
}

// becameOf says how far an invitation has come.
func becameOf(inv *captures.Invitation) string {
	words := inv.State
	switch words {
	case decode.InvitationOffered.String():
		words = "not answered"
	case decode.InvitationReady.String():
		words = "accepted"
	}
	switch {
	case strings.HasPrefix(inv.Reason, words): // "declined: the application is not installed"
		words = inv.Reason
	case inv.Reason != "":
		words += ": " + inv.Reason
	}
	if len(inv.Addresses) > 0 {
		words += fmt.Sprintf(", %s waits at %s", unknown(inv.Listener), decode.Visible(strings.Join(inv.Addresses, " or ")))
	}
	return words
}

func eventList(ids []int64) string {
	const most = 6
	var b []byte
	for i, id := range ids {
		if i == most {
			b = append(b, " …"...)
			break
		}
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(append(b, '#'), id, 10)
	}
	return string(b)
}
