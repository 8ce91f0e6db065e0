// This file writes how a contact list changed: a line a change, how long each
// status lasted, and when the connection was silent.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"msnscope/decode"
	"msnscope/decode/roster"
)

// contactsHistory is what `contacts --history` shows.
type contactsHistory struct {
	changes  []roster.Change
	silences []roster.Silence
	told     [][2]int64 // for each SYN whose lists were told, the first event of them and the last
}

// historyOf returns the changes up to an event, with a handle only those of that
// contact.
func historyOf(t *roster.Timeline, to int64, handle string) contactsHistory {
	h := contactsHistory{silences: t.Silences()}
	h.changes, _ = t.History(0, to, handle, math.MaxInt)
	if handle != "" {
		h.silences = nil
	}
	all := h.changes
	if handle != "" || to != math.MaxInt64 {
		all, _ = t.History(0, math.MaxInt64, "", math.MaxInt)
	}
	h.told = toldIn(all)
	h.silences = slices.DeleteFunc(h.silences, func(s roster.Silence) bool { return s.From > to })
	return h
}

// toldIn returns where in a history the lists were told. What came before the
// first of them, signing in, belongs to it.
func toldIn(changes []roster.Change) (told [][2]int64) {
	begun, running := int64(0), false
	for i := range changes {
		c := &changes[i]
		switch {
		case c.What != roster.SyncState:
		case c.To == roster.SyncRunning:
			if len(told) > 0 {
				begun = c.Event
			}
			running = true
		case c.To == roster.SyncComplete && running:
			told, running = append(told, [2]int64{begun, c.Event}), false
		}
	}
	return told
}

// json writes a JSON object a line: {"change":{...}} or {"silence":{...}}.
func (h *contactsHistory) json(out *bufio.Writer) error {
	enc := json.NewEncoder(out)
	return h.inOrder(
		func(c *roster.Change) error {
			return enc.Encode(map[string]*roster.Change{"change": c})
		},
		func(s *roster.Silence) error {
			return enc.Encode(map[string]*roster.Silence{"silence": s})
		})
}

// text writes lines for reading. What SYN told is left out but for the end of it:
// `contacts --at` shows that better.
func (h *contactsHistory) text(out *bufio.Writer) error {
	since := map[string]int64{} // by handle: when its status began
	day := ""
	line := func(event, at int64, words string) {
		t := time.Unix(0, at).UTC()
		if d := t.Format("2006-01-02"); d != day {
			fmt.Fprintf(out, "-- %s UTC --\n", d)
			day = d
		}
		fmt.Fprintf(out, "%s #%-8d %s\n", t.Format("15:04:05.000"), event, words)
	}
	return h.inOrder(
		func(c *roster.Change) error {
			isStatus := c.What == roster.ContactStatus || c.What == roster.OwnStatus
			lasted := time.Duration(0)
			if began, ok := since[c.Handle]; ok && isStatus {
				lasted = time.Duration(c.Time - began)
			}
			if isStatus {
				since[c.Handle] = c.Time
			}
			for len(h.told) > 0 && c.Event > h.told[0][1] {
				h.told = h.told[1:]
			}
			told := len(h.told) > 0 && c.Event >= h.told[0][0]
			switch {
			case told && c.What == roster.SyncState && c.To == roster.SyncComplete:
				line(c.Event, c.Time, "the lists are told; contacts --at shows them")
			case told && !isStatus && c.From == "", c.What == roster.ListVersion, c.What == roster.ListState, c.What == roster.GroupListState, c.What == roster.SyncState:
			default:
				line(c.Event, c.Time, changeInWords(c, lasted))
			}
			return nil
		},
		func(s *roster.Silence) error {
			line(s.From, s.Start, silenceInWords(s))
			return nil
		})
}

// inOrder calls change and silence in the order of time.
func (h *contactsHistory) inOrder(change func(*roster.Change) error, silence func(*roster.Silence) error) error {
	s := h.silences
	for i := range h.changes {
		for ; len(s) > 0 && s[0].Start < h.changes[i].Time; s = s[1:] {
			if err := silence(&s[0]); err != nil {
				return err
			}
		}
		if err := change(&h.changes[i]); err != nil {
			return err
		}
	}
	for i := range s {
		if err := silence(&s[i]); err != nil {
			return err
		}
	}
	return nil
}

// changeInWords says what a change is: "bob@hotmail.com: busy, was away for 5m54s".
func changeInWords(c *roster.Change, lasted time.Duration) string {
	who := "the user"
	if c.Handle != "" {
		who = decode.Visible(c.Handle)
	}
	switch c.What {
	case roster.ContactStatus, roster.OwnStatus:
		words := fmt.Sprintf("%s: %s", who, statusWord(c.To))
		if c.From != "" {
			words += ", was " + statusWord(c.From)
			if lasted > 0 {
				unit := time.Millisecond
				if lasted > time.Minute {
					unit = time.Second
				}
				words += " for " + lasted.Round(unit).String()
			}
		}
		return words
	case roster.ContactOn:
		if c.To == roster.IsOn {
			return who + ": put on " + c.Key
		}
		return who + ": taken off " + c.Key
	case roster.ContactIn:
		if c.To != "" {
			return who + ": put into group " + decode.Visible(c.Key)
		}
		return who + ": taken out of group " + decode.Visible(c.Key)
	}
	what := strings.TrimPrefix(c.What.String(), "own ")
	if c.Key != "" {
		what += " " + decode.Visible(c.Key)
	}
	words := fmt.Sprintf("%s: %s %s", who, what, valueWord(c.To))
	if c.From != "" {
		words += ", was " + valueWord(c.From)
	}
	return words
}

func statusWord(status string) string {
	if status == "" {
		return "not told"
	}
	if m := decode.StatusMeaning(status); m != "" {
		return m
	}
	return decode.Visible(status)
}

func valueWord(v string) string {
	if v == "" {
		return "not set"
	}
	return `"` + decode.Visible(v) + `"`
}

func silenceInWords(s *roster.Silence) string {
	lasted := time.Duration(s.End - s.Start).Round(time.Second)
	until := fmt.Sprintf("until #%d", s.To)
	if s.To == 0 {
		until = "until the connection ended"
	}
	if s.Unanswered {
		return fmt.Sprintf("PNG was not answered in %s, %s", lasted, until)
	}
	return fmt.Sprintf("nobody said anything for %s, %s", lasted, until)
}
