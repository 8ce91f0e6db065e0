// This file reads the rosters of a real capture.

package roster_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/decode"
	"msnscope/decode/roster"
)

// rosters collects a Timeline for each account of a capture.
type rosters map[string]*roster.Timeline

func (r rosters) Connection(*event.Connection)      {}
func (r rosters) Session(*event.Session)            {}
func (r rosters) Ignored(*event.Connection, string) {}
func (r rosters) Event(e *event.Event) {
	if e.Kind != event.Command || e.Role != decode.RoleNS {
		return
	}
	if r[e.Account] == nil {
		r[e.Account] = &roster.Timeline{}
	}
	a := e.Annotate()
	r[e.Account].Feed(e.ID, e.Time, e.Dir, &a)
}

func TestRealRosters(t *testing.T) {
	for name, want := range map[string]string{
		"escargot-amsn080-twisted-gtmess.pcap": `
alice "Alice in Wonder land" NLN, sync complete, GTC A BLP AL, 4 properties, groups 0="Other Contacts" 1="Friends" 2="Work & Play" 3="New Group"
  bob@example.com "Bobby Tables" NLN FL AL RL in 1
  carol@example.com "Carol é 100%" NLN FL AL RL in 1 in 2 PHW=555 7777 MOB=Y
  dave@example.com "dave@example.com"  FL BL RL in 0 PHH= PHW= PHM= MOB=N
bob "Bobby Tables" NLN, sync complete, GTC A BLP AL, 0 properties, groups 0="Other Contacts" 1="Friends" 2="Work mates"
  alice@example.com "Alice in Wonder land" FLN FL AL RL in 1 PHH=555 1234 PHM=555 9999 MOB=N
  carol@example.com "Carol é 100%" NLN FL AL RL in 0 PHW=555 7777 MOB=Y
  dave@example.com "dave@example.com" 
carol "Carol é 100%" NLN, sync complete, GTC A BLP AL, 2 properties, groups 0="Other Contacts"
  alice@example.com "Alice in Wonder land" FLN FL AL RL in 0 PHH=555 1234 PHM=555 9999 MOB=N
  bob@example.com "Bobby Tables" FLN FL AL RL in 0
`,
		"goserver-netmsmgr.pcap": `
alice "Alice Liddell" FLN, sync complete, GTC A BLP AL, 0 properties, groups
  bob@example.com "Bob" NLN FL AL RL
  carol@example.com "Carol é 100%" NLN FL AL RL
  dave@example.com "Dave"  BL RL
bob "Bob" FLN, sync complete, GTC A BLP AL, 0 properties, groups
  alice@example.com "Alice Liddell" FLN FL AL RL
  carol@example.com "Carol é 100%" NLN FL AL RL
carol "Carol é 100%" FLN, sync complete, GTC A BLP AL, 0 properties, groups
  alice@example.com "Alice Liddell" FLN FL AL RL
  bob@example.com "Bob" FLN FL AL RL
`,
	} {
		file, err := os.Open(filepath.Join("..", "..", "captures", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		reader, err := pcapfile.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		all := rosters{}
		f := follow.New(0, all)
		var p pcapfile.Packet
		for err = reader.Next(&p); err == nil; err = reader.Next(&p) {
			f.Packet(&p)
		}
		if err != io.EOF {
			t.Fatal(err)
		}
		f.Finish("end of capture")
		var got strings.Builder
		for _, who := range []string{"alice", "bob", "carol"} {
			tl := all[who+"@example.com"]
			if tl == nil {
				t.Fatalf("%s: no roster of %s", name, who)
			}
			s := tl.Now()
			fmt.Fprintf(&got, "%s %q %s, sync %s, GTC %s BLP %s, %d properties, groups", who, s.Name.Value, s.Status.Value, s.Sync.Value, s.Prompt.Value, s.Privacy.Value, len(s.Properties))
			for _, g := range s.Groups {
				fmt.Fprintf(&got, " %s=%q", g.ID, g.Name.Value)
			}
			for _, c := range s.Contacts {
				fmt.Fprintf(&got, "\n  %s %q %s", c.Handle, c.Name.Value, c.Status.Value)
				for l := roster.FL; l <= roster.RL; l++ {
					if c.IsOn(l) {
						fmt.Fprintf(&got, " %s", l)
					}
				}
				for _, g := range c.Groups {
					fmt.Fprintf(&got, " in %s", g.Value)
				}
				for _, p := range c.Phones {
					fmt.Fprintf(&got, " %s=%s", p.Type, p.Value)
				}
			}
			got.WriteString("\n")
		}
		if strings.TrimSpace(got.String()) != strings.TrimSpace(want) {
			t.Errorf("%s: got\n%s", name, got.String())
		}
	}
}
