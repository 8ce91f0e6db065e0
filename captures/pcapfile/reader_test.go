// This file tests that packets are read from every variety of capture file.

package pcapfile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

// sample returns packets of one link type, some of them with comments.
func sample(n int) []pcapfile.Packet {
	rng := rand.New(rand.NewPCG(3, 4))
	convs := streamstest.Random(rng, 4, n*40)
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet, Snap: 300}.Packets(streamstest.Merge(convs))[:n]
	for i := range packets {
		p := &packets[i]
		p.Time = (p.Time+int64(i)*1000)/1000*1000 + 1000
		if i%5 == 2 {
			p.Comments = []string{"one", strings.Repeat("x", i%9), "msnscope: drei ☺"}
		}
	}
	return packets
}

// read reads everything: packets (with their own memory), problems, and the
// error at the end.
func read(r *pcapfile.Reader) (packets []pcapfile.Packet, problems []string, end error) {
	for {
		var p pcapfile.Packet
		err := r.Next(&p)
		var problem *pcapfile.Problem
		switch {
		case errors.As(err, &problem):
			problems = append(problems, problem.Text)
		case err != nil:
			return packets, problems, err
		default:
			p.Data = bytes.Clone(p.Data)
			p.Comments = slices.Clone(p.Comments)
			packets = append(packets, p)
		}
	}
}

func readBytes(t *testing.T, file []byte) ([]pcapfile.Packet, []string, error) {
	t.Helper()
	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return read(r)
}

// same compares packets as far as the format keeps them.
func same(got, want []pcapfile.Packet, ng bool) string {
	for i := range min(len(got), len(want)) {
		g, w := &got[i], &want[i]
		switch {
		case g.Number != int64(i+1):
			return fmt.Sprintf("packet %d has number %d", i+1, g.Number)
		case g.Time != w.Time || g.Link != w.Link || g.Length != w.Length || !bytes.Equal(g.Data, w.Data):
			return fmt.Sprintf("packet %d: time %d link %d length %d (%d), want %d, %d, %d (%d)", i+1,
				g.Time, g.Link, g.Length, len(g.Data), w.Time, w.Link, w.Length, len(w.Data))
		case ng && !slices.Equal(g.Comments, w.Comments), !ng && len(g.Comments) > 0:
			return fmt.Sprintf("packet %d: comments %q, want %q", i+1, g.Comments, w.Comments)
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d packets, want %d", len(got), len(want))
	}
	return ""
}

func TestFormats(t *testing.T) {
	files := map[string]struct {
		streamstest.File
		format string
	}{
		"pcap":                  {streamstest.File{}, "pcap"},
		"pcap, snaplen":         {streamstest.File{Snaplen: 96}, "pcap"},
		"pcap, big-endian":      {streamstest.File{Big: true}, "pcap"},
		"pcap, ns":              {streamstest.File{Nano: true}, "pcap (nanoseconds)"},
		"pcap, ns, big-endian":  {streamstest.File{Nano: true, Big: true}, "pcap (nanoseconds)"},
		"pcap, modified":        {streamstest.File{Modified: true}, "pcap (modified)"},
		"pcap, modified, big":   {streamstest.File{Modified: true, Big: true}, "pcap (modified)"},
		"pcap.gz":               {streamstest.File{Gzip: true}, "pcap, gzip"},
		"pcapng":                {streamstest.File{NG: true}, "pcapng"},
		"pcapng, big-endian":    {streamstest.File{NG: true, Big: true}, "pcapng"},
		"pcapng, ns":            {streamstest.File{NG: true, Nano: true}, "pcapng"},
		"pcapng, old blocks":    {streamstest.File{NG: true, Blocks: "oe"}, "pcapng"},
		"pcapng, old, big":      {streamstest.File{NG: true, Blocks: "o", Big: true}, "pcapng"},
		"pcapng, strange":       {streamstest.File{NG: true, Strange: true}, "pcapng"},
		"pcapng, time offset":   {streamstest.File{NG: true, TimeOffset: 999_999_000}, "pcapng"},
		"pcapng, negative, big": {streamstest.File{NG: true, TimeOffset: -3600, Big: true, Nano: true}, "pcapng"},
		"pcapng.gz":             {streamstest.File{NG: true, Gzip: true}, "pcapng, gzip"},
	}
	want := sample(100)
	for name, f := range files {
		t.Run(name, func(t *testing.T) {
			file := f.Bytes(want)
			for how, source := range map[string]io.Reader{
				"whole":       bytes.NewReader(file),
				"by the byte": iotest.OneByteReader(bytes.NewReader(file)),
			} {
				r, err := pcapfile.NewReader(source)
				if err != nil {
					t.Fatal(err)
				}
				if r.Format() != f.format {
					t.Errorf("format %q, want %q", r.Format(), f.format)
				}
				got, problems, end := read(r)
				if end != io.EOF || len(problems) > 0 {
					t.Errorf("%s: end %v, problems %q", how, end, problems)
				}
				if diff := same(got, want, f.NG); diff != "" {
					t.Errorf("%s: %s", how, diff)
				}
			}
		})
	}
}

func TestResolutions(t *testing.T) {
	want := sample(50)
	got, _, _ := readBytes(t, streamstest.File{NG: true, Resolution: 0x80 | 20}.Bytes(want))
	for i := range want {
		if d := got[i].Time - want[i].Time; d > 0 || d < -954 { // a tick is 954 ns
			t.Fatalf("packet %d: %d ns off", i+1, d)
		}
	}
	// The same number of ticks by every resolution there is: none may panic.
	for v := range 256 {
		file := streamstest.File{NG: true, Resolution: byte(v)}.Bytes(want[:1])
		got, problems, end := readBytes(t, file)
		if len(got) != 1 || len(problems) != 0 || end != io.EOF {
			t.Errorf("if_tsresol %d: %d packets, %q, %v", v, len(got), problems, end)
		}
	}
}

// TestSimplePackets: they have neither time nor comments.
func TestSimplePackets(t *testing.T) {
	want := sample(20)
	for i := range want {
		want[i].Data = want[i].Data[:min(len(want[i].Data), 60)]
		want[i].Comments = nil
		if i%2 == 1 {
			want[i].Time = want[i-1].Time
		}
	}
	got, _, end := readBytes(t, streamstest.File{NG: true, Blocks: "es", Snaplen: 60}.Bytes(want))
	if diff := same(got, want, true); diff != "" || end != io.EOF {
		t.Error(diff, end)
	}
}

// TestSections: each has its own byte order, interfaces, and writer.
func TestSections(t *testing.T) {
	want := sample(30)
	for i := range want[10:20] {
		want[10+i].Link = pcapfile.LinkSLL2
	}
	var file []byte
	file = append(file, streamstest.File{NG: true, Application: pcapfile.Application}.Bytes(want[:10])...)
	file = append(file, streamstest.File{NG: true, Big: true, Nano: true}.Bytes(want[10:20])...)
	file = append(file, streamstest.File{NG: true, Application: pcapfile.Application, Strange: true}.Bytes(want[20:])...)
	got, problems, end := readBytes(t, file)
	if diff := same(got, want, true); diff != "" || end != io.EOF || len(problems) > 0 {
		t.Fatal(diff, problems, end)
	}
	for i, p := range got {
		if p.Section != i/10 || p.Live != (i/10 != 1) {
			t.Errorf("packet %d: section %d, live %v", i+1, p.Section, p.Live)
		}
		if i > 0 && p.Offset <= got[i-1].Offset {
			t.Errorf("packet %d: offset %d after %d", i+1, p.Offset, got[i-1].Offset)
		}
	}
	// pcap files that were appended to one another, the second not so as gzip
	// members only.
	z := append(streamstest.File{Gzip: true}.Bytes(want[:10]), streamstest.File{Gzip: true}.Bytes(want[10:20])...)
	plain := append(streamstest.File{}.Bytes(want[:10]), streamstest.File{}.Bytes(want[10:20])...)
	for _, file := range [][]byte{z, plain} {
		got, problems, end = readBytes(t, file)
		if diff := same(got, want[:20], false); diff != "" || end != io.EOF || len(problems) > 0 {
			t.Error(diff, problems, end)
		}
		if len(got) == 20 && (got[9].Section != 0 || got[10].Section != 1) {
			t.Errorf("sections %d, %d", got[9].Section, got[10].Section)
		}
	}
}

func TestNotCaptures(t *testing.T) {
	zip := func(b string) string {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		io.WriteString(w, b)
		w.Close()
		return z.String()
	}
	tests := []struct {
		file, want string
		is         error
	}{
		{"", "the file is empty", io.EOF},
		{zip(""), "the file is empty", io.EOF},
		{"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n", "it is an HTTP response", nil},
		{"<!DOCTYPE html><html>", "it is an HTML page", nil},
		{"PK\x03\x04", "it is a ZIP archive", nil},
		{zip("hello, world\n"), `it begins "hello, w"`, nil},
		{"VER 0 MSNP7\r\n", `it begins "VER 0 MS"`, nil},
		{"ab", `it begins "ab"`, nil},
		{"\xd4\xc3\xb2\xa1\x02\x00\x04\x00", "inside its pcap header", io.ErrUnexpectedEOF},
		{"\n\r\r\n\x1c\x00\x00\x00", "inside its pcapng header", io.ErrUnexpectedEOF},
		{"\xd4\xc3\xb2\xa1\x07\x00\x04\x00" + strings.Repeat("\x00", 16), "version 7.4", nil},
		{"\n\r\r\nare newlines and more of them", `it begins "\n\r\r\n`, nil},
		{"\x1f\x8b\x08 but no gzip file", "no bytes can be had from it", nil},
		{"\x1f\x8b\x07 but no gzip file", "header is damaged", nil},
	}
	for _, tt := range tests {
		_, err := pcapfile.NewReader(strings.NewReader(tt.file))
		if !errors.Is(err, pcapfile.ErrNotCapture) || !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%.20q: %v, want %q", tt.file, err, tt.want)
		}
		if tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%.20q: %v is not %v", tt.file, err, tt.is)
		}
	}
}

// growing is a source that ends at limit.
type growing struct {
	file      []byte
	at, limit int
}

func (g *growing) Read(b []byte) (int, error) {
	if g.at == g.limit {
		return 0, io.EOF
	}
	n := copy(b, g.file[g.at:g.limit])
	g.at += n
	return n, nil
}

// TestGrowing reads a file while it is written, byte by byte: a packet is there
// as soon as its last byte is.
func TestGrowing(t *testing.T) {
	want := sample(12)
	for _, f := range []streamstest.File{{}, {NG: true}, {NG: true, Big: true, Strange: true}} {
		g := &growing{file: f.Bytes(want), limit: 24}
		r, err := pcapfile.NewReader(g)
		if err != nil {
			t.Fatal(err)
		}
		var got []pcapfile.Packet
		clean := 0
		for ; g.limit <= len(g.file); g.limit++ {
			packets, problems, end := read(r)
			got = append(got, packets...)
			if len(problems) > 0 || end != io.EOF && end != io.ErrUnexpectedEOF {
				t.Fatalf("%d bytes: %v, %v", g.limit, problems, end)
			}
			if end == io.EOF {
				clean++
			}
			whole, _, _ := readBytes(t, g.file[:g.limit])
			if len(got) != len(whole) {
				t.Fatalf("%d bytes: %d packets followed, %d read at once", g.limit, len(got), len(whole))
			}
		}
		if diff := same(got, want, f.NG); diff != "" {
			t.Error(diff)
		}
		if clean < len(want) {
			t.Errorf("only %d clean ends", clean)
		}
	}
}

// TestBigBlocks: what is larger than the buffer is read, too.
func TestBigBlocks(t *testing.T) {
	big := sample(3)
	big[1].Data = bytes.Repeat([]byte("0123456789abcdef"), 3<<20/16)
	big[1].Length = len(big[1].Data)
	for _, f := range []streamstest.File{{NG: true}, {Snaplen: 4 << 20}} {
		got, problems, end := readBytes(t, f.Bytes(big))
		if diff := same(got, big, f.NG); diff != "" || end != io.EOF || len(problems) > 0 {
			t.Error(diff, problems, end)
		}
	}
}

func TestSourceError(t *testing.T) {
	file := streamstest.File{}.Bytes(sample(10))
	broken := errors.New("disk on fire")
	r, err := pcapfile.NewReader(io.MultiReader(bytes.NewReader(file[:len(file)-3]), iotest.ErrReader(broken)))
	if err != nil {
		t.Fatal(err)
	}
	if got, _, end := read(r); len(got) != 9 || !errors.Is(end, broken) {
		t.Errorf("%d packets, %v", len(got), end)
	}
}

func ExampleReader() {
	file := streamstest.File{NG: true, Gzip: true}.Bytes(sample(3))
	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Format())
	var p pcapfile.Packet
	for {
		err := r.Next(&p)
		var damage *pcapfile.Problem
		if errors.As(err, &damage) {
			fmt.Println(damage) // stepped over
			continue
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(p.Number, pcapfile.LinkName(p.Link), len(p.Data))
	}
	// Output:
	// pcapng, gzip
	// 1 ETHERNET 54
	// 2 ETHERNET 54
	// 3 ETHERNET 54
	// EOF
}
