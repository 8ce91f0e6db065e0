// This file tests what stands in a recorded file: the conversation as our own
// reader, gopacket and tshark see it.

package record

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"go.uber.org/goleak"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/decode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	client = netip.MustParseAddrPort("10.0.0.9:1044")
	server = netip.MustParseAddrPort("64.4.13.58:1863")
)

func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// packets returns the packets of a capture, a line each: sender, flags, bytes
// and comments. The sequence numbers are left to tshark.
func packets(t testing.TB, path string) []string {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	r, err := pcapfile.NewReader(file)
	must(t, err)
	var out []string
	var p pcapfile.Packet
	var last int64
	for {
		err := r.Next(&p)
		if err == io.EOF {
			return out
		}
		must(t, err)
		if !p.Live || p.Link != pcapfile.LinkRaw || p.Time < last {
			t.Fatalf("packet %d: live %v, link %d, time %d after %d", p.Number, p.Live, p.Link, p.Time, last)
		}
		last = p.Time
		first := gopacket.LayerType(layers.LayerTypeIPv4)
		if p.Data[0]>>4 == 6 {
			first = layers.LayerTypeIPv6
		}
		q := gopacket.NewPacket(p.Data, first, gopacket.Default)
		tcp, ok := q.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok {
			t.Fatalf("packet %d: %v", p.Number, q.ErrorLayer())
		}
		flags := ""
		for _, f := range []struct {
			set  bool
			name string
		}{{tcp.SYN, "S"}, {tcp.FIN, "F"}, {tcp.RST, "R"}, {tcp.PSH, "P"}, {tcp.ACK, "."}} {
			if f.set {
				flags += f.name
			}
		}
		line := fmt.Sprintf("%s:%d>%d %s", q.NetworkLayer().NetworkFlow().Src(), tcp.SrcPort, tcp.DstPort, flags)
		if n := len(tcp.Payload); n > 100 {
			line += fmt.Sprintf(" %d bytes", n)
		} else if n > 0 {
			line += fmt.Sprintf(" %q", tcp.Payload)
		}
		for _, c := range p.Comments {
			line += " | " + strings.TrimPrefix(c, "msnscope: ")
		}
		out = append(out, line)
	}
}

func checkPackets(t *testing.T, path string, want ...string) {
	t.Helper()
	got := packets(t, path)
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func TestConversation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f := open(t, path)
	c := f.Connect(client, server, event.Comment{Note: "opened", Text: "client 10.0.0.9:1044"})
	must(t, c.Data(decode.C2S, []byte("VER 1 MSNP7\r\n")))
	must(t, c.Data(decode.S2C, []byte("VER 1 MSNP7\r\n")))
	must(t, c.Note(decode.S2C, event.Comment{Note: "held", Text: "half a line"}))
	must(t, c.Note(decode.S2C, event.Comment{Note: "held", Text: "again"}))
	must(t, c.Data(decode.S2C, []byte("XFR 2 NS 1.2.3.4:1863 0\r\n"), event.Comment{Edit: &event.Edit{
		Dir: decode.S2C, Offset: 22, Old: []byte("1.2.3.4:1863"), New: []byte("127.0.0.1:1863"),
	}}))
	must(t, c.CloseWrite(decode.C2S))
	must(t, c.Data(decode.S2C, []byte("OUT\r\n")))
	must(t, c.CloseWrite(decode.S2C, event.Comment{Note: "closed"}))
	must(t, f.Close())
	checkPackets(t, path,
		`10.0.0.9:1044>1863 S | opened: client 10.0.0.9:1044`,
		`64.4.13.58:1863>1044 S.`,
		`10.0.0.9:1044>1863 .`,
		`10.0.0.9:1044>1863 P. "VER 1 MSNP7\r\n"`,
		`64.4.13.58:1863>1044 P. "VER 1 MSNP7\r\n"`,
		`64.4.13.58:1863>1044 . | held: half a line`,
		`64.4.13.58:1863>1044 . | held: again`,
		`64.4.13.58:1863>1044 P. "XFR 2 NS 1.2.3.4:1863 0\r\n" | rewrote s2c bytes from 22: sent "1.2.3.4:1863", delivered "127.0.0.1:1863"`,
		`10.0.0.9:1044>1863 F.`,
		`64.4.13.58:1863>1044 P. "OUT\r\n"`,
		`64.4.13.58:1863>1044 F. | closed`,
		`10.0.0.9:1044>1863 .`,
	)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	checkClean(t, path)
	want := "VER 1 MSNP7\r\n" + "VER 1 MSNP7\r\nXFR 2 NS 1.2.3.4:1863 0\r\nOUT\r\n"
	if got := follow(t, path, 0); got != want {
		t.Errorf("followed %q, want %q", got, want)
	}
}

func TestReset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f := open(t, path)
	c := f.Connect(client, server)
	must(t, c.Data(decode.C2S, []byte("VER")))
	must(t, c.Reset(decode.S2C, event.Comment{Note: "closed"}))
	must(t, c.Data(decode.C2S, []byte("not recorded any more")))
	must(t, c.CloseWrite(decode.C2S))
	must(t, c.Note(decode.C2S, event.Comment{Note: "late"}))
	must(t, f.Close())
	checkPackets(t, path,
		`10.0.0.9:1044>1863 S`,
		`64.4.13.58:1863>1044 S.`,
		`10.0.0.9:1044>1863 .`,
		`10.0.0.9:1044>1863 P. "VER"`,
		`64.4.13.58:1863>1044 R. | closed`,
	)
	checkClean(t, path)
}

func TestIPv6(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f := open(t, path)
	c := f.Connect(netip.MustParseAddrPort("[fe80::1%eth0]:1044"), netip.MustParseAddrPort("[::1]:1863"))
	must(t, c.Data(decode.C2S, []byte("odd")))
	c = f.Connect(netip.MustParseAddrPort("[::1]:1045"), server)
	must(t, c.Data(decode.S2C, []byte("mixed")))
	c = f.Connect(netip.MustParseAddrPort("[::ffff:10.0.0.9]:1045"), server)
	must(t, c.Data(decode.S2C, []byte("mapped")))
	must(t, f.Close())
	checkPackets(t, path,
		`fe80::1:1044>1863 S`, `::1:1863>1044 S.`, `fe80::1:1044>1863 .`, `fe80::1:1044>1863 P. "odd"`,
		`::1:1045>1863 S`, `64.4.13.58:1863>1045 S.`, `::1:1045>1863 .`, `64.4.13.58:1863>1045 P. "mixed"`,
		`10.0.0.9:1045>1863 S`, `64.4.13.58:1863>1045 S.`, `10.0.0.9:1045>1863 .`, `64.4.13.58:1863>1045 P. "mapped"`,
	)
	checkClean(t, path)
}

func TestLongChunkIsSplit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f := open(t, path)
	c := f.Connect(client, server)
	edit := func(offset int64) event.Comment {
		return event.Comment{Edit: &event.Edit{Dir: decode.S2C, Offset: offset, Old: []byte("a"), New: []byte("b")}}
	}
	must(t, c.Data(decode.S2C, []byte("x")))
	must(t, c.Data(decode.S2C, bytes.Repeat([]byte("a"), 2*maxSegment+1), event.Comment{Note: "n"}, edit(0), edit(1+maxSegment), edit(2+2*maxSegment-1)))
	must(t, f.Close())
	got := packets(t, path)
	want := []string{
		`64.4.13.58:1863>1044 P. "x"`,
		`64.4.13.58:1863>1044 P. 65000 bytes | n | rewrote s2c bytes from 0: sent "a", delivered "b"`,
		`64.4.13.58:1863>1044 P. 65000 bytes | rewrote s2c bytes from 65001: sent "a", delivered "b"`,
		`64.4.13.58:1863>1044 P. "a" | rewrote s2c bytes from 130001: sent "a", delivered "b"`,
	}
	if g, w := strings.Join(got[3:], "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
	checkClean(t, path)
}

// TestOneWay lets one side send more than any window without an answer, and
// across the wrap of the sequence numbers.
func TestOneWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f := open(t, path)
	now := int64(4000) * (1<<32 - 30<<20) // the first sequence number is 30 MiB before the wrap
	f.now = func() int64 { return now }
	c := f.Connect(client, server)
	chunk := make([]byte, 60_000)
	for range 60 << 20 / len(chunk) {
		must(t, c.Data(decode.S2C, chunk))
	}
	must(t, c.Data(decode.C2S, []byte("thanks")))
	must(t, f.Close())
	acks := 0
	for _, p := range packets(t, path)[3:] {
		if strings.HasSuffix(p, " .") {
			acks++
		}
	}
	if acks != 3 {
		t.Errorf("%d acknowledgements were made up, want one each 16 MiB", acks)
	}
	checkClean(t, path)
}

func TestSameFourNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f := open(t, path)
	a := f.Connect(client, server)
	b := f.Connect(client, server, event.Comment{Note: "opened"})
	must(t, a.Data(decode.C2S, []byte("a")))
	must(t, b.Data(decode.C2S, []byte("b")))
	must(t, a.CloseWrite(decode.C2S))
	must(t, a.CloseWrite(decode.S2C))
	again := f.Connect(client, server)
	must(t, again.Reset(decode.C2S))
	must(t, f.Close())
	checkPackets(t, path,
		`10.0.0.9:1044>1863 S`, `64.4.13.58:1863>1044 S.`, `10.0.0.9:1044>1863 .`,
		`10.0.0.9:1045>1863 S | opened | renumbered: a live connection of this capture comes from port 1044 too: recorded as port 1045`, `64.4.13.58:1863>1045 S.`, `10.0.0.9:1045>1863 .`,
		`10.0.0.9:1044>1863 P. "a"`,
		`10.0.0.9:1045>1863 P. "b"`,
		`10.0.0.9:1044>1863 F.`, `64.4.13.58:1863>1044 F.`, `10.0.0.9:1044>1863 .`,
		`10.0.0.9:1044>1863 S`, `64.4.13.58:1863>1044 S.`, `10.0.0.9:1044>1863 .`,
		`10.0.0.9:1044>1863 R.`,
	)
}

// TestTornEnd cuts a recording at every byte and continues it.
func TestTornEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.pcapng")
	f := open(t, path)
	must(t, f.Connect(client, server).Data(decode.C2S, []byte("VER 1 MSNP7\r\n"), event.Comment{Note: "n"}))
	must(t, f.Close())
	whole, err := os.ReadFile(path)
	must(t, err)
	all := packets(t, path)
	torn := filepath.Join(dir, "torn.pcapng")
	for n := range len(whole) {
		for _, tail := range [][]byte{nil, make([]byte, 100)} {
			if tail != nil && n < 4 {
				continue // does not even begin like a capture
			}
			must(t, os.WriteFile(torn, append(bytes.Clone(whole[:n]), tail...), 0o600))
			f := open(t, torn)
			must(t, f.Connect(client, server).Data(decode.C2S, []byte("again")))
			must(t, f.Close())
			got := packets(t, torn)
			kept := len(got) - 4
			if kept < 0 || got[len(got)-1] != `10.0.0.9:1044>1863 P. "again"` || strings.Join(got[:kept], "\n") != strings.Join(all[:kept], "\n") {
				t.Fatalf("cut at %d: %q", n, got)
			}
		}
	}
}

func TestOpenLeavesOtherFilesAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	for _, text := range []string{"hi", "a file that is no capture, and longer than a block"} {
		must(t, os.WriteFile(path, []byte(text), 0o600))
		if f, err := Open(path); err == nil {
			f.Close()
			t.Error("opened")
		}
		if b, _ := os.ReadFile(path); string(b) != text {
			t.Errorf("now %q", b)
		}
	}
}

func TestGrown(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a.pcapng"))
	defer f.Close()
	<-f.Grown()
	c := f.Connect(client, server)
	must(t, c.Data(decode.C2S, []byte("a")))
	<-f.Grown()
	select {
	case <-f.Grown():
		t.Error("grown twice")
	default:
	}
}

func TestNilConn(t *testing.T) {
	var c *Conn
	must(t, c.Data(decode.C2S, []byte("a")))
	must(t, c.Note(decode.C2S, event.Comment{Note: "n"}))
	must(t, c.CloseWrite(decode.C2S))
	must(t, c.Reset(decode.C2S))
}

// TestManyAtOnce records from many goroutines; every stream comes out whole.
func TestManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f := open(t, path)
	const conns, chunks = 20, 100
	var wg sync.WaitGroup
	for i := range conns {
		wg.Go(func() {
			c := f.Connect(netip.AddrPortFrom(client.Addr(), uint16(2000+i)), server)
			var both sync.WaitGroup
			for dir := range decode.Direction(2) {
				both.Go(func() {
					for n := range chunks {
						if err := c.Data(dir, fmt.Appendf(nil, "%s %d %d\r\n", dir, i, n)); err != nil {
							t.Error(err)
						}
					}
				})
			}
			both.Wait()
			if err := c.CloseWrite(decode.C2S); err != nil {
				t.Error(err)
			}
			if err := c.CloseWrite(decode.S2C); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	must(t, f.Close())
	want := make(map[string]int)
	for _, p := range packets(t, path) {
		var dir string
		var i, n int
		_, text, _ := strings.Cut(p, ` P. "`)
		if _, err := fmt.Sscanf(text, "%s %d %d", &dir, &i, &n); err != nil {
			continue
		}
		key := fmt.Sprint(dir, i)
		if want[key] != n {
			t.Fatalf("%s: chunk %d, want %d", key, n, want[key])
		}
		want[key]++
	}
	if len(want) != 2*conns {
		t.Errorf("%d streams", len(want))
	}
	checkClean(t, path)
}
