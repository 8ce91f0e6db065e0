// This file follows captures of real programs and compares what is found with
// listings that are meant to be read.

package follow

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/decode"
)

var update = flag.Bool("update", false, "rewrite golden files")

// realCaptures lie in captures/testdata: Escargot with aMSN, Twisted's client
// and gtmess (MSNP7), and an MSNP2 server with a client of its own.
var realCaptures = []struct {
	name     string
	commands int
	sessions int
}{
	{"escargot-amsn080-twisted-gtmess", 241, 3},
	{"goserver-netmsmgr", 136, 3},
}

func TestRealCaptures(t *testing.T) {
	for _, c := range realCaptures {
		t.Run(c.name, func(t *testing.T) {
			capture := readFile(t, filepath.Join("..", "testdata", c.name+".pcap"))
			r := follow(t, capture)
			commands := 0
			for i := range r.events {
				e := &r.events[i]
				if e.Kind == event.Command {
					commands++
					if a := e.Annotate(); a.Spec == nil {
						t.Errorf("event %d: unknown command %q", e.ID, e.Raw)
					}
				}
				if i > 0 && e.Time < r.events[i-1].Time {
					t.Errorf("event %d was captured before event %d", e.ID, r.events[i-1].ID)
				}
			}
			if commands != c.commands || commands != len(r.events) {
				t.Errorf("%d events, %d of them commands; %d commands are in it", len(r.events), commands, c.commands)
			}
			if len(r.sessions) != c.sessions {
				t.Errorf("%d sessions, not %d", len(r.sessions), c.sessions)
			}
			golden(t, filepath.Join("testdata", c.name+".golden"), r.listing())

			if again := follow(t, capture); !cmp.Equal(r.order, again.order) || r.listing() != again.listing() {
				t.Error("following again gives something else")
			}
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(strings.Split(string(readFile(t, path)), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("the events have changed (-want +got); run with -update and read the diff:\n%s", d)
	}
}

// TestPPA follows the sample "msnms" of the book Practical Packet Analysis. It
// may not be copied into the project, so it lies beside it or is missing.
func TestPPA(t *testing.T) {
	beside := filepath.Join("..", "..", "..", "shared", "captures", "ppa-msnms")
	list, err := os.ReadFile(beside + ".commands.tsv")
	if err != nil {
		t.Skip("the captures are not beside the project: ", err)
	}
	r := follow(t, readFile(t, beside+".pcap"))
	var got []string
	for i := range r.events {
		e := &r.events[i]
		if e.Kind != event.Command {
			t.Errorf("event %d is no command: %s", e.ID, e.Summary())
			continue
		}
		sum := "-"
		if e.Body < len(e.Raw) {
			sum = fmt.Sprintf("%x", sha1.Sum(e.Raw[e.Body:]))[:12]
		}
		got = append(got, fmt.Sprintf("%d\t%s\t%s\t%d\t%d\t%s", e.Connection-1, []string{"C>S", "S>C"}[e.Dir],
			e.Cmd(), len(bytes.Fields(e.Raw[:e.Line]))-1, len(e.Raw)-e.Body, sum))
	}
	var want []string
	in := bufio.NewScanner(bytes.NewReader(list))
	in.Scan() // the headings
	for in.Scan() {
		f := strings.Split(in.Text(), "\t")
		want = append(want, strings.Join(append(f[:2], f[3:]...), "\t")) // without the number of the frame
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("commands (-listed +found):\n%s", d)
	}
}

// TestPeopleOfAChat: a connection to a switchboard knows whom it met there.
func TestPeopleOfAChat(t *testing.T) {
	r := follow(t, readFile(t, filepath.Join("..", "testdata", "goserver-netmsmgr.pcap")))
	var got []string
	for id := int64(1); id <= int64(len(r.conns)); id++ {
		if c := r.conns[id]; c.Role == decode.RoleSB {
			got = append(got, fmt.Sprint(c.Account, " met ", c.People))
		} else if c.People != nil {
			t.Errorf("connection %d is no switchboard's and met %q", id, c.People)
		}
	}
	want := []string{
		"alice@example.com met [bob@example.com carol@example.com]",
		"bob@example.com met [alice@example.com carol@example.com]",
		"carol@example.com met [alice@example.com bob@example.com]",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
