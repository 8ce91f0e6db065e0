// This file tests what only captures of the proxy have: edits, notes,
// connections that speak something else, sections.

package follow

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/record"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

// events shows the events of a capture: kind, bytes and what was delivered.
func (r *told) short() []string {
	var list []string
	for i := range r.events {
		e := &r.events[i]
		s := fmt.Sprintf("%v %v %q", e.Dir, e.Kind, e.Raw)
		switch e.Kind {
		case event.Note:
			s = fmt.Sprintf("%v note %s: %s", e.Dir, e.Note, e.Text)
		case event.Gap:
			s = fmt.Sprintf("%v gap %d", e.Dir, e.Missing)
		case event.Raw:
			s += " " + e.Text
		}
		if e.Delivered != nil {
			s += fmt.Sprintf(" delivered %q", e.Delivered)
		}
		list = append(list, s)
	}
	return list
}

func (r *told) want(want ...string) {
	r.t.Helper()
	if d := cmp.Diff(want, r.short()); d != "" {
		r.t.Errorf("events (-want +got):\n%s", d)
	}
}

func TestRewrittenRedirects(t *testing.T) {
	const ver, usr = "VER 1 MSNP7\r\n", "USR 2 MD5 I a@b.c\r\n"
	const xfr = "XFR 2 NS 64.4.12.132:1863 0 64.4.13.58:1863\r\n"
	const gone = "XFR 2 NS 10.0.0.1:1863 0 10.0.0.1:1864\r\n"
	at := len(ver) // of xfr in the server's stream
	one := edit(decode.S2C, at+strings.Index(xfr, "64.4.12"), "64.4.12.132:1863", "10.0.0.1:1863")
	two := edit(decode.S2C, at+strings.Index(xfr, "64.4.13"), "64.4.13.58:1863", "10.0.0.1:1864")
	half := strings.Index(xfr, "132")
	for name, send := range map[string]func(c *record.Conn){
		"one packet":       func(c *record.Conn) { c.Data(decode.S2C, []byte(xfr), one, two) },
		"with other lines": func(c *record.Conn) { c.Data(decode.S2C, []byte(xfr+"OUT\r\n"), one, two) },
		"cut inside the word": func(c *record.Conn) {
			c.Data(decode.S2C, []byte(xfr[:half]), one)
			c.Data(decode.S2C, []byte(xfr[half:]), two)
		},
		"known when the rest came": func(c *record.Conn) {
			c.Data(decode.S2C, []byte(xfr[:half]))
			c.Data(decode.S2C, []byte(xfr[half:]), one, two)
		},
		"byte by byte": func(c *record.Conn) {
			for i := range xfr {
				c.Data(decode.S2C, []byte(xfr[i:i+1]), map[int][]event.Comment{len(xfr) - 1: {one, two}}[i]...)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := follow(t, recorded(t, func(f *record.File) {
				c := f.Connect(client, server)
				c.Data(decode.C2S, []byte(ver))
				c.Data(decode.S2C, []byte(ver))
				c.Data(decode.C2S, []byte(usr))
				send(c)
				c.CloseWrite(decode.S2C)
				c.CloseWrite(decode.C2S)
			}))
			got := r.events[3]
			if string(got.Raw) != xfr || string(got.Delivered) != gone {
				t.Errorf("%q was delivered as %q", got.Raw, got.Delivered)
			}
			if edits := got.Edits(); len(edits) != 2 {
				t.Errorf("edits: %v", edits)
			}
			for _, e := range append(r.events[:3:3], r.events[4:]...) {
				if e.Delivered != nil {
					t.Errorf("%q was delivered as %q", e.Raw, e.Delivered)
				}
			}
		})
	}
}

func TestSeveralEditsInOnePacket(t *testing.T) {
	first, second := "RNG 1 64.4.13.1:1863 CKI 1.1 c@d.e C\r\n", "RNG 2 64.4.13.2:1863 CKI 2.2 c@d.e C\r\n"
	text := "NLN NLN c@d.e C\r\n" + first + second
	r := follow(t, recorded(t, func(f *record.File) {
		c := f.Connect(client, server)
		c.Data(decode.C2S, []byte("VER 1 MSNP7\r\n"))
		c.Data(decode.S2C, []byte(text),
			edit(decode.S2C, strings.Index(text, "64.4.13.1"), "64.4.13.1:1863", "10.0.0.1:1863"),
			event.Comment{Note: "held", Text: "by a rule"},
			edit(decode.S2C, strings.Index(text, "64.4.13.2"), "64.4.13.2:1863", "10.0.0.1:1863"))
	}))
	r.want(
		`c2s command "VER 1 MSNP7\r\n"`,
		`s2c note held: by a rule`,
		`s2c command "NLN NLN c@d.e C\r\n"`,
		`s2c command "RNG 1 64.4.13.1:1863 CKI 1.1 c@d.e C\r\n" delivered "RNG 1 10.0.0.1:1863 CKI 1.1 c@d.e C\r\n"`,
		`s2c command "RNG 2 64.4.13.2:1863 CKI 2.2 c@d.e C\r\n" delivered "RNG 2 10.0.0.1:1863 CKI 2.2 c@d.e C\r\n"`,
	)
}

func TestDroppedCommand(t *testing.T) {
	r := follow(t, recorded(t, func(f *record.File) {
		c := f.Connect(client, server)
		c.Data(decode.C2S, []byte("VER 1 MSNP7\r\nPNG\r\nOUT\r\n"), edit(decode.C2S, 13, "PNG\r\n", ""))
	}))
	r.want(
		`c2s command "VER 1 MSNP7\r\n"`,
		`c2s command "PNG\r\n" delivered ""`,
		`c2s command "OUT\r\n"`,
	)
}

func TestNotes(t *testing.T) {
	r := follow(t, recorded(t, func(f *record.File) {
		c := f.Connect(client, server, event.Comment{Note: "opened", Text: "to the default upstream"})
		c.Data(decode.C2S, []byte("VER 1 MSNP7\r\n"))
		c.Note(decode.S2C, event.Comment{Note: "waiting"})
		c.Data(decode.S2C, []byte("VER 1 MSNP7\r\n"))
		c.CloseWrite(decode.C2S, event.Comment{Note: "closed", Text: "by the client: done"})
		c.CloseWrite(decode.S2C)
	}))
	r.want(
		`c2s note opened: to the default upstream`,
		`c2s command "VER 1 MSNP7\r\n"`,
		`s2c note waiting: `,
		`s2c command "VER 1 MSNP7\r\n"`,
		`c2s note closed: by the client: done`,
	)
}

// While it is not clear what a connection speaks its bytes are held back, and
// notes must not overtake them.
func TestNotesStayInOrder(t *testing.T) {
	r := follow(t, capture(live, talk(0, `
		+ opened
		C: hm\r\n
		+ noted: in between
		S: hm\r\n
		C: VER 1 MSNP7\r\n`)))
	var notes, before int
	for i, e := range r.events {
		if i > 0 && e.Time < r.events[i-1].Time {
			t.Errorf("event %d is older than the one before", e.ID)
		}
		if e.Note == "noted" {
			notes, before = notes+1, i
		}
	}
	if notes != 1 || before < 2 {
		t.Errorf("events:\n%s", strings.Join(r.short(), "\n"))
	}
}

// Comments of captures that others have written are left alone.
func TestCommentsOfOthers(t *testing.T) {
	conv := talk(0, `
		+ opened
		C: VER 1 MSNP7\r\n
		S: VER 1 MSNP7\r\n`)
	if r := follow(t, capture(streamstest.File{NG: true, Application: "Dumpcap"}, conv)); len(r.events) != 2 {
		t.Errorf("events: %q", r.short())
	}
	conv.Turns[0].Comments = []string{"look here", "msnscope:", "msnscope: "}
	if r := follow(t, capture(live, conv)); len(r.events) != 2 {
		t.Errorf("events: %q", r.short())
	}
}

func TestLiveConnectionThatIsNoMSNP(t *testing.T) {
	const get, answer = "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"
	file := recorded(t, func(f *record.File) {
		c := f.Connect(client, server, event.Comment{Note: "opened"})
		c.Data(decode.C2S, []byte(get))
		c.Data(decode.S2C, []byte(answer), edit(decode.S2C, 9, "200", "404"))
		c.Reset(decode.C2S)
		f.Connect(netip.MustParseAddrPort("10.0.0.9:1045"), server) // says nothing
	})
	r := follow(t, file)
	r.want(
		`c2s note opened: `,
		fmt.Sprintf(`c2s raw %q not MSNP`, get),
		fmt.Sprintf(`s2c raw %q not MSNP delivered "HTTP/1.1 404 OK\r\n\r\n"`, answer),
	)
	if c := r.conns[1]; c.MSNP || c.How != streams.EndRST || c.Client != client || c.Server != server {
		t.Errorf("%+v", c)
	}
	if c := r.conns[2]; c.How != streams.EndCapture || c.Events != 0 {
		t.Errorf("%+v", c)
	}
}

// A live connection is on the screen from its SYN on, and no longer when it has
// ended.
func TestLive(t *testing.T) {
	r := newTold(t)
	f := New(0, r)
	var seen []string
	packets(t, recorded(t, func(f *record.File) {
		c := f.Connect(client, server)
		c.Data(decode.C2S, []byte("ANS 1 a@b.c 17.4 9\r\n"))
		c.CloseWrite(decode.S2C)
		c.CloseWrite(decode.C2S)
	}), func(p *pcapfile.Packet) {
		f.Packet(p)
		f.Report()
		c := r.conns[1]
		seen = append(seen, fmt.Sprint(c.Live, c.Events, c.Closed != 0, c.Session, r.sessions[c.Session].Live))
	})
	want := []string{"true 0 false 0 false", "true 1 false 1 true", "false 1 true 1 false"}
	if got := slices.Compact(seen); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A proxy that is started again continues the file with a new section.
// Following may begin there and gives what following from the start gives.
func TestSections(t *testing.T) {
	rng := newRand()
	first := chatter(rng, 12, 600)
	first[3].End = streamstest.EndOpen // went on when the proxy was stopped
	second := chatter(rng, 9, 600)
	for i := range second {
		second[i].Start += 60e9
		second[i].Addr[0] = first[i%12].Addr[0] // mostly the same clients and ports
	}
	head, tail := capture(live, first...), capture(live, second...)

	whole := follow(t, slices.Concat(head, tail))
	for _, c := range whole.conns {
		if c.Client == first[3].Addr[0] && c.Opened < second[0].Start-1e9 && c.How != streams.EndSection {
			t.Errorf("the connection that went on has ended with %q", c.How)
		}
	}
	before := follow(t, head)
	r := newTold(t)
	f := New(0, r)
	f.Resume(int64(len(before.events)), int64(len(before.conns)), int64(len(before.sessions)))
	packets(t, tail, f.Packet)
	f.Finish(streams.EndCapture)
	r.recount()

	all := slices.Concat(before.events, r.events)
	for i := range all { // before's connections end otherwise, which is no event
		if d := cmp.Diff(whole.events[i], all[i]); d != "" {
			t.Fatalf("event %d (-from the start +resumed):\n%s", i, d)
		}
	}
	if len(all) != len(whole.events) {
		t.Errorf("%d events, %d when resumed", len(whole.events), len(all))
	}
	for id, c := range r.conns {
		if d := cmp.Diff(whole.conns[id], c, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); d != "" {
			t.Errorf("connection %d (-from the start +resumed):\n%s", id, d)
		}
	}
	for id, s := range r.sessions {
		if d := cmp.Diff(whole.sessions[id], s, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
			t.Errorf("session %d (-from the start +resumed):\n%s", id, d)
		}
	}
}

func TestCaptureNumbers(t *testing.T) {
	r := newTold(t)
	f := New(7, r)
	packets(t, capture(streamstest.File{}, talk(0, `C: ANS 1 a@b.c 17.4 9\r\n`)), f.Packet)
	f.Finish(streams.EndCapture)
	e := r.events[0]
	if e.ID != 7_000_000_001 || e.Connection != 7_000_001 || r.conns[e.Connection].Session != 7_000_001 {
		t.Errorf("event %d of connection %d, session %d", e.ID, e.Connection, r.conns[e.Connection].Session)
	}
}

// What a foreign hand has written into a capture of the proxy must do no harm.
func TestHostileEdits(t *testing.T) {
	for _, comments := range []string{
		"+ rewrote c2s bytes from 5: sent \"MSNP\", delivered \"x\"\n+ rewrote c2s bytes from 0: sent \"VER 1\", delivered \"y\"",
		"+ rewrote c2s bytes from 9223372036854775807: sent \"aaaaaaaaaaaaaaaaaaaaaa\", delivered \"\"",
		"+ rewrote c2s bytes from 2: sent \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", delivered \"\"",
		"+ rewrote c2s bytes from 100: sent \"a\", delivered \"b\"\n+ rewrote c2s bytes from 1: sent \"ER\", delivered \"RE\"",
		"+ rewrote s2c bytes from 0: sent \"\", delivered \"a\"\n+ rewrote s2c bytes from 0: sent \"\", delivered \"b\"",
		strings.Repeat("+ rewrote c2s bytes from 3: sent \"x\", delivered \"\"\n", 3*maxEdits),
	} {
		c := talk(0, comments+`
			C: VER 1 MSNP7\r\n
			S: VER 1 MSNP7\r\n
			C: OUT\r\n`)
		r := follow(t, capture(live, c))
		if got := r.stream(1, decode.C2S); !bytes.Equal(got, c.Stream(0)) {
			t.Errorf("%q", got)
		}
	}
}
