// This file reads exported captures back.

package export_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/captures/pcapfile"
	"msnscope/decode"
	"msnscope/decode/costtest"
)

func command(conn, t int64, dir decode.Direction, line string) *event.Event {
	return &event.Event{
		Connection: conn, Time: t, Dir: dir, Role: decode.RoleNS, Dialect: 7, TrID: -1,
		Raw: []byte(line + "\r\n"), Line: len(line), Body: len(line) + 2,
	}
}

var conns = map[int64]*event.Connection{
	1: {ID: 1, Client: netip.MustParseAddrPort("10.0.0.9:1044"), Server: netip.MustParseAddrPort("64.4.13.58:1863"), Opened: 900, Closed: 5000, How: "FIN"},
	2: {ID: 2, Client: netip.MustParseAddrPort("[2001:db8::9]:1045"), Server: netip.MustParseAddrPort("[2001:db8::1]:1863"), Opened: 1500},
	3: {ID: 3, Client: netip.MustParseAddrPort("10.0.0.9:1046"), Server: netip.MustParseAddrPort("64.4.13.58:1863"), Closed: 2500, How: "RST"},
}

func walk(events ...*event.Event) func(func(*event.Event) error) error {
	return func(f func(*event.Event) error) error {
		for _, e := range events {
			if err := f(e); err != nil {
				return err
			}
		}
		return nil
	}
}

// packets describes the packets of a capture, one a line.
func packets(t *testing.T, p []byte) []string {
	t.Helper()
	r, err := pcapfile.NewReader(bytes.NewReader(p))
	if err != nil {
		t.Fatal(err)
	}
	base := map[string]uint32{} // initial sequence number of each end
	var out []string
	for {
		var p pcapfile.Packet
		err := r.Next(&p)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		first := layers.LayerTypeIPv4
		if p.Data[0]>>4 == 6 {
			first = layers.LayerTypeIPv6
		}
		packet := gopacket.NewPacket(p.Data, first, gopacket.Default)
		tcp, ok := packet.TransportLayer().(*layers.TCP)
		if !ok {
			t.Fatalf("no TCP: %v", packet)
		}
		flow := packet.NetworkLayer().NetworkFlow()
		from := flow.String() + tcp.TransportFlow().String()
		if tcp.SYN {
			base[from] = tcp.Seq
		}
		flags := ""
		for _, f := range []struct {
			set  bool
			name string
		}{{tcp.SYN, "S"}, {tcp.FIN, "F"}, {tcp.RST, "R"}, {tcp.PSH, "P"}, {tcp.ACK, "A"}} {
			if f.set {
				flags += f.name
			}
		}
		out = append(out, fmt.Sprintf("%d %d %s+%d %q", p.Time, tcp.SrcPort, flags, tcp.Seq-base[from], tcp.Payload))
	}
}

func TestPcapng(t *testing.T) {
	opened := &event.Event{Connection: 1, Time: 1000, Kind: event.Note, Note: "opened", Text: "by alice"}
	xfr := command(1, 3000, decode.S2C, "XFR 5 SB 64.4.13.201:1863 CKI 17262740.1")
	xfr.Delivered = []byte("XFR 5 SB 127.0.0.1:1863 CKI 17262740.1\r\n")
	gap := &event.Event{Connection: 2, Time: 3500, Kind: event.Gap, Missing: 100, Dir: decode.C2S}
	var b bytes.Buffer
	err := export.Pcapng(&b, walk(
		opened,
		command(1, 1100, decode.C2S, "PNG"),
		command(2, 2000, decode.C2S, "PNG"),
		command(3, 2100, decode.S2C, "OUT"),
		xfr, gap,
		command(2, 4000, decode.C2S, "PNG"),
		command(9, 4100, decode.C2S, "PNG"), // of no known connection
	), func(id int64) *event.Connection { return conns[id] }, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := packets(t, b.Bytes())
	want := []string{
		`900 1044 S+0 ""`, `900 1863 SA+0 ""`, `900 1044 A+1 ""`,
		`1000 1044 A+1 ""`,
		`1100 1044 PA+1 "PNG\r\n"`,
		`1500 1045 S+0 ""`, `1500 1863 SA+0 ""`, `1500 1045 A+1 ""`,
		`2000 1045 PA+1 "PNG\r\n"`,
		`2100 1046 S+0 ""`, `2100 1863 SA+0 ""`, `2100 1046 A+1 ""`,
		`2100 1863 PA+1 "OUT\r\n"`,
		`2500 1046 RA+1 ""`,
		`3000 1863 PA+1 "XFR 5 SB 64.4.13.201:1863 CKI **********\r\n"`,
		`3500 1045 PA+6 ""`, // of its 100 bytes none was captured
		`4000 1045 PA+106 "PNG\r\n"`,
		`5000 1044 FA+6 ""`, `5000 1863 FA+43 ""`,
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing: %s", want[i])
		case i >= len(want):
			t.Errorf("too much: %s", got[i])
		case got[i] != want[i]:
			t.Errorf("packet %d: %s, want %s", i, got[i], want[i])
		}
	}
	for _, comment := range []string{
		"msnscope: opened: by alice",
		`msnscope: rewrote s2c bytes from 9: sent "64.4.13.201:1863", delivered "127.0.0.1:1863"`,
	} {
		if !bytes.Contains(b.Bytes(), []byte(comment)) {
			t.Errorf("no comment %q", comment)
		}
	}
	if bytes.Contains(b.Bytes(), []byte("17262740.1")) {
		t.Error("the cookie shows")
	}
}

// What waited for missing packets, or was cut by the end of the capture, is told
// after later events of others. It belongs to its connection all the same.
func TestPcapngOfLateEvents(t *testing.T) {
	for _, how := range []string{"FIN", "RST", "end of capture"} {
		c := *conns[1]
		c.ID, c.Closed, c.How, c.Events = 4, 1500, how, 4
		file := &event.Event{Connection: 4, Time: 1400, Kind: event.Note, Note: event.NoteFile, Text: "a.doc: complete"}
		var b bytes.Buffer
		err := export.Pcapng(&b, walk(
			command(4, 1100, decode.C2S, "PNG"),
			command(2, 2000, decode.C2S, "PNG"),
			command(4, 1300, decode.C2S, "OUT"),
			file, // found again in what is transferred
			&event.Event{Connection: 4, Time: 1450, Kind: event.Note, Note: event.NoteUnfinished, Text: "the server did not answer PNG"},
			command(2, 2100, decode.C2S, "PNG"),
		), func(id int64) *event.Connection {
			if id == 4 {
				return &c
			}
			return conns[id]
		}, export.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range packets(t, b.Bytes()) {
			if strings.Contains(p, " 1044 ") {
				got = append(got, p)
			}
		}
		want := []string{`900 1044 S+0 ""`, `900 1044 A+1 ""`, `1100 1044 PA+1 "PNG\r\n"`, `1300 1044 PA+6 "OUT\r\n"`}
		switch how {
		case "FIN":
			want = append(want, `1500 1044 FA+11 ""`)
		case "RST":
			want = append(want, `1500 1044 RA+11 ""`)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", how, got, want)
		}
	}
}

func TestPcapngLargePayload(t *testing.T) {
	e := command(1, 1000, decode.C2S, "MSG 1 N 100000")
	e.Raw = append(e.Raw, strings.Repeat("x", 100000)...)
	var b bytes.Buffer
	if err := export.Pcapng(&b, walk(e), func(id int64) *event.Connection { return conns[id] }, export.Options{Secrets: true}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(strings.Join(packets(t, b.Bytes()), ""), "x"); n != 100000 {
		t.Errorf("%d bytes of payload", n)
	}
}

func TestPcapngTellsOfErrors(t *testing.T) {
	broken := errors.New("disk full")
	err := export.Pcapng(failing{broken}, walk(command(1, 1, 0, "PNG")), func(id int64) *event.Connection { return conns[id] }, export.Options{})
	if !errors.Is(err, broken) {
		t.Errorf("writer: %v", err)
	}
	err = export.Pcapng(io.Discard, func(func(*event.Event) error) error { return broken }, nil, export.Options{})
	if !errors.Is(err, broken) {
		t.Errorf("walk: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// A connection that ends must not cost what all open ones do.
func TestPcapngOfManyConnections(t *testing.T) {
	costtest.Proportionate(t, 20_000, func(n int) func() {
		walk := func(yield func(*event.Event) error) error {
			for i := range int64(2 * n) {
				if err := yield(&event.Event{ID: i + 1, Connection: i + 1, Time: 1e18 + 1000*i, Kind: event.Raw, Raw: []byte("x")}); err != nil {
					return err
				}
			}
			return nil
		}
		conn := func(id int64) *event.Connection {
			c := &event.Connection{ID: id, Client: netip.MustParseAddrPort("10.0.0.9:1044"), Server: netip.MustParseAddrPort("64.4.13.58:1863"), How: "FIN"}
			if id > int64(n) { // those before it go on
				c.Closed = 1e18 + 1000*(id-1) + 1
			}
			return c
		}
		return func() {
			if err := export.Pcapng(io.Discard, walk, conn, export.Options{Secrets: true}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
