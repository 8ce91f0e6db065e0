// This file reads real captures, and compares with gopacket's decoding.

package streams_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

func readAll(t *testing.T, path string) []pcapfile.Packet {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not there", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapfile.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var packets []pcapfile.Packet
	for {
		var p pcapfile.Packet
		err := r.Next(&p)
		if err == io.EOF {
			return packets
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
}

// TestPadding reads a conversation whose bare acknowledgements are padded with
// leftovers that look like the beginning of a command. (The capture is "msnms"
// of the book Practical Packet Analysis, github.com/chrissanders/packets.)
func TestPadding(t *testing.T) {
	packets := readAll(t, filepath.Join("..", "..", "..", "shared", "captures", "ppa-msnms.pcap"))
	if len(packets) != 50 {
		t.Errorf("%d packets, want 50", len(packets))
	}
	rec, a := assemble(t, packets)
	if len(rec.Conns) != 1 || len(a.Problems()) != 0 {
		t.Fatalf("%d connections, problems %v", len(rec.Conns), a.Problems())
	}
	c := rec.Conns[0]
	if !c.SYN || len(c.Gaps[0])+len(c.Gaps[1]) != 0 {
		t.Errorf("syn %v, gaps %v", c.SYN, c.Gaps)
	}
	want := map[int][]string{
		0: {"USR ", "CAL ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG "},
		1: {"USR ", "CAL ", "JOI ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG ", "MSG "},
	}
	for side, verbs := range want {
		data := c.Stream[side].Bytes()
		for i, verb := range verbs {
			if !bytes.HasPrefix(data, []byte(verb)) {
				t.Fatalf("side %d, command %d: %.30q, want %s", side, i, data, verb)
			}
			line, rest, _ := bytes.Cut(data, []byte("\r\n"))
			n := 0
			if verb == "MSG " {
				for _, digit := range line[bytes.LastIndexByte(line, ' ')+1:] {
					n = n*10 + int(digit-'0')
				}
			}
			data = rest[n:]
		}
		if len(data) > 0 && !bytes.HasPrefix(data, []byte("OUT")) {
			t.Errorf("side %d: %.60q is left", side, data)
		}
	}
}

// TestReal reads captures that were recorded on a loopback interface: nothing
// is missing in them.
func TestReal(t *testing.T) {
	for name, conns := range map[string]int{"escargot-amsn080-twisted-gtmess.pcap": 6, "goserver-netmsmgr.pcap": 9} {
		t.Run(name, func(t *testing.T) {
			packets := readAll(t, filepath.Join("..", "testdata", name))
			rec, a := assemble(t, packets)
			if len(a.Problems()) != 0 {
				t.Errorf("problems %v", a.Problems())
			}
			if len(rec.Conns) != conns {
				t.Errorf("%d connections, want %d", len(rec.Conns), conns)
			}
			total, want := 0, 0
			for _, c := range rec.Conns {
				total += c.Stream[0].Len() + c.Stream[1].Len()
				if len(c.Gaps[0])+len(c.Gaps[1]) != 0 || !c.SYN {
					t.Errorf("connection %d: syn %v, gaps %v", c.Number, c.SYN, c.Gaps)
				}
			}
			type place struct {
				from, to layers.TCPPort
				seq      uint32
			}
			seen := map[place]bool{} // one segment was sent twice
			for _, p := range packets {
				tcp := decode(p.Data)
				if at := (place{tcp.SrcPort, tcp.DstPort, tcp.Seq}); len(tcp.Payload) > 0 && !seen[at] {
					seen[at] = true
					want += len(tcp.Payload)
				}
			}
			if total != want {
				t.Errorf("%d bytes, want %d", total, want)
			}
		})
	}
}

func decode(b []byte) *layers.TCP {
	p := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.NoCopy)
	tcp, _ := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	return tcp
}

// FuzzAssembler hands over packets with arbitrary bytes of any link type. The
// input is a list of: link type, time step, length, bytes.
func FuzzAssembler(f *testing.F) {
	links := []uint32{
		pcapfile.LinkEthernet, pcapfile.LinkRaw, pcapfile.LinkSLL, pcapfile.LinkSLL2, pcapfile.LinkNull, pcapfile.LinkLoop,
		pcapfile.LinkPPP, pcapfile.LinkPPPoE, pcapfile.LinkPPPHDLC, pcapfile.LinkIPv6, pcapfile.LinkSLIP,
		pcapfile.LinkWiFi, pcapfile.LinkRadiotap, pcapfile.LinkPrism, pcapfile.LinkPFLog, pcapfile.LinkFDDI, 147,
	}
	pack := func(packets []pcapfile.Packet) []byte {
		var b []byte
		for _, p := range packets {
			for i, l := range links {
				if l == p.Link && len(p.Data) < 1<<16 {
					b = append(b, byte(i), 1, byte(len(p.Data)>>8), byte(len(p.Data)))
					b = append(b, p.Data...)
				}
			}
		}
		return b
	}
	for i, link := range links {
		convs := []streamstest.Conversation{{
			Addr: endpoints, ISN: [2]uint32{7, 1<<32 - 3}, MSS: 20,
			Turns: []streamstest.Turn{{Side: i % 2, Data: []byte("VER 1 MSNP7 MSNP6 MSNP5 CVR0\r\n")}, {Side: 1 - i%2, Data: []byte("VER 1 MSNP7\r\n")}},
			NoSYN: i%3 == 1, End: streamstest.End(i % 3),
		}}
		if i%2 == 1 {
			streamstest.IPv6(convs)
		}
		segments := streamstest.Merge(convs)
		f.Add(pack(streamstest.Framing{Link: link, PPPoE: i == 0}.Packets(segments)))
		f.Add(pack(streamstest.Framing{Link: link, Fragment: 16, Options: true, Backwards: true}.Packets(segments)))
		f.Add(pack(streamstest.Framing{Link: link, Tunnels: []streamstest.Tunnel{streamstest.Tunnel(i % 9), streamstest.Tunnel(i / 3 % 9)}}.Packets(segments)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rec := &streamstest.Recorder{}
		a := streams.NewAssembler(rec)
		p := pcapfile.Packet{}
		given := 0
		for len(b) >= 4 {
			n := int(b[2])<<8 | int(b[3])
			p.Number++
			p.Link = links[int(b[0]&0x3f)%len(links)]
			p.Time += int64(int8(b[1])) * 1e7
			p.Live = b[0]&0x40 != 0
			p.Section = int(b[0] >> 7)
			b = b[4:]
			p.Data = b[:min(n, len(b)):min(n, len(b))]
			p.Length = n
			given += len(p.Data)
			p.Comments = nil
			if n%5 == 1 {
				p.Comments = []string{"x"}
			}
			b = b[len(p.Data):]
			a.Packet(&p)
		}
		a.Flush(streams.EndCapture)
		if rec.Fault != nil {
			t.Error(rec.Fault)
		}
		got := 0
		for _, c := range rec.Conns {
			got += c.Stream[0].Len() + c.Stream[1].Len()
			if c.End == "" {
				t.Error("a connection without End")
			}
		}
		if got > given {
			t.Errorf("%d bytes came out of %d", got, given)
		}
	})
}
