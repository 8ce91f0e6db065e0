// This file plays an example of each broken rule as a capture, and looks for the
// warning on the events.

package follow

import (
	"encoding/json"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/record"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// played makes a capture of the script of an example: see
// decode/conform/testdata/examples.json and the test that writes it.
func played(t *testing.T, script string) []byte {
	t.Helper()
	var all []streamstest.Segment
	start := int64(1e18)
	for n, part := range strings.Split(strings.ReplaceAll(script, "\t", ""), "close\n") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		c := talk(start-1e18, "")
		c.Addr[0] = netip.AddrPortFrom(client.Addr(), client.Port()+uint16(n))
		late := map[int]int64{} // by number of turns before
		for line := range strings.Lines(strings.TrimSuffix(part, "close")) {
			word, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
			turn := streamstest.Turn{Data: []byte(rest + "\r\n")}
			switch word {
			case "C=", "S=":
				text, err := strconv.Unquote(rest)
				if err != nil {
					t.Fatal(err)
				}
				turn.Data = []byte(text)
			case "C", "S":
			case "server":
				c.Addr[1] = netip.AddrPortFrom(netip.MustParseAddr(rest), 1863)
				continue
			default:
				if d, err := time.ParseDuration(strings.TrimPrefix(word, "+")); err == nil {
					late[len(c.Turns)] += int64(d)
				} else if word != "" {
					t.Fatalf("%q is no line of a script", line)
				}
				continue
			}
			if word[0] == 'S' {
				turn.Side = 1
			}
			c.Turns = append(c.Turns, turn)
		}
		segments := c.Segments(len(all))
		var turns int
		var shift int64
		for i := range segments {
			if s := &segments[i]; len(s.Data) > 0 || turns == len(c.Turns) {
				shift += late[turns]
				delete(late, turns)
				if len(s.Data) > 0 && s.At+len(s.Data) == endOf(c.Turns[:turns+1], s.Side) {
					turns++
				}
			}
			segments[i].Time += shift
		}
		start = segments[len(segments)-1].Time + 1e6
		all = append(all, segments...)
	}
	return live.Bytes(streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(all))
}

// endOf is how many bytes a side has sent in turns.
func endOf(turns []streamstest.Turn, side int) (n int) {
	for _, t := range turns {
		if t.Side == side {
			n += len(t.Data)
		}
	}
	return n
}

func TestWarnings(t *testing.T) {
	data, err := os.ReadFile("../../decode/conform/testdata/examples.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct {
		Code, Script string
		Event        int64
	}
	if err := json.Unmarshal(data, &examples); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, x := range examples {
		t.Run(x.Code, func(t *testing.T) {
			r := follow(t, played(t, x.Script))
			var found []conform.Note
			for i := range r.events {
				for _, w := range r.events[i].Warnings {
					if w.Event < 1 || w.Event > r.events[i].ID {
						t.Errorf("event %d has a warning about event %d", r.events[i].ID, w.Event)
					}
					if w.Code == x.Code {
						found = append(found, w)
					}
				}
			}
			if len(found) != 1 || found[0].Event != x.Event {
				t.Errorf("want one about event %d: %v\n%s", x.Event, found, r.listing())
			}
		})
		seen[x.Code] = true
	}
	if len(seen) != len(conform.Catalogue()) {
		t.Errorf("%d rules have examples, of %d", len(seen), len(conform.Catalogue()))
	}
}

// A proxy that is killed and started again says nothing wrong: neither about
// what was going on, nor about what follows.
func TestNoFalseWarningsAfterRestart(t *testing.T) {
	talking := talk(0, `
		C: VER 1 MSNP7\r\n`)
	talking.End = streamstest.EndOpen
	again := talk(60e9, `
		C: VER 1 MSNP7\r\n
		S: VER 1 MSNP7\r\n
		C: USR 2 MD5 I a@b.c\r\n
		S: USR 2 MD5 S 1\r\n`)
	again.End = streamstest.EndOpen
	cut := talk(120e9, `
		S: CHG 7 NLN\r\n
		C: CHG 8 AWY\r\n
		S: CHG 8 AWY\r\n
		C: PNG\r\n`)
	cut.NoSYN = true
	r := follow(t, append(append(capture(live, talking), capture(live, again)...), capture(live, cut)...))
	for i := range r.events {
		if w := r.events[i].Warnings; len(w) > 0 {
			t.Errorf("event %d: %v", r.events[i].ID, w)
		}
	}
	if len(r.events) != 9 {
		t.Errorf("%d events", len(r.events))
	}
}

// What both ends left unfinished is told when they have closed.
func TestUnfinished(t *testing.T) {
	r := follow(t, recorded(t, func(f *record.File) {
		c := f.Connect(client, server)
		c.Data(decode.C2S, []byte("VER 1 MSNP7\r\n"))
		c.CloseWrite(decode.C2S)
		c.CloseWrite(decode.S2C)
	}))
	last := r.events[len(r.events)-1]
	if last.Kind != event.Note || last.Note != event.NoteUnfinished || len(last.Warnings) != 1 || last.Warnings[0].Event != 1 {
		t.Errorf("%+v", last)
	}
}
