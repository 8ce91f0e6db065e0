// This file runs real captures through the framing, the connection state and
// the linker. The captures lie beside the project, so the test is skipped where
// they are not.

package decode

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// segment is the data of one TCP segment.
type segment struct {
	src, dst netip.AddrPort
	seq      uint32
	syn      bool
	data     []byte
	at       time.Time
}

// segments reads a little-endian pcap file of Ethernet and IPv4.
func segments(t *testing.T, name string) (out []segment) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", "captures", name))
	if err != nil {
		t.Skipf("the capture %s is not beside the project: %v", name, err)
	}
	for b = b[24:]; len(b) >= 16; {
		u := binary.LittleEndian.Uint32
		at, n := time.Unix(int64(u(b)), int64(u(b[4:]))*1000), u(b[8:])
		p := b[16 : 16+n]
		b = b[16+n:]
		ip := p[14:]
		if ip[0]>>4 != 4 || ip[9] != 6 {
			continue
		}
		ip = ip[:binary.BigEndian.Uint16(ip[2:])]
		tcp := ip[int(ip[0]&15)*4:]
		src, _ := netip.AddrFromSlice(ip[12:16])
		dst, _ := netip.AddrFromSlice(ip[16:20])
		out = append(out, segment{
			src: netip.AddrPortFrom(src, binary.BigEndian.Uint16(tcp)),
			dst: netip.AddrPortFrom(dst, binary.BigEndian.Uint16(tcp[2:])),
			seq: binary.BigEndian.Uint32(tcp[4:]), syn: tcp[13]&2 != 0,
			data: tcp[int(tcp[12]>>4)*4:], at: at,
		})
	}
	return out
}

// realConn is a connection of a capture. Its segments come in order.
type realConn struct {
	*Conn
	id   int64
	next [2]uint32
}

// playCapture feeds a capture and calls emit for each frame.
func playCapture(t *testing.T, name string, l *Linker, emit func(c *realConn, dir Direction, f *Frame)) []*realConn {
	t.Helper()
	var all []*realConn
	conns := map[[2]netip.AddrPort]*realConn{}
	for _, s := range segments(t, name) {
		dir, c := C2S, conns[[2]netip.AddrPort{s.src, s.dst}]
		if c == nil {
			if c = conns[[2]netip.AddrPort{s.dst, s.src}]; c != nil {
				dir = S2C
			} else {
				c = &realConn{Conn: NewConn(), id: int64(len(all) + 1)}
				conns[[2]netip.AddrPort{s.src, s.dst}] = c
				all = append(all, c)
				l.Open(c.id, s.src.Addr())
			}
		}
		if s.syn {
			c.next[dir] = s.seq + 1
			continue
		}
		if len(s.data) == 0 || int32(s.seq-c.next[dir]) < 0 {
			continue // no data, or a repetition
		}
		c.next[dir] = s.seq + uint32(len(s.data))
		c.Feed(dir, s.data, func(dir Direction, f *Frame) {
			l.Observe(c.id, c.Conn, dir, f, s.at)
			emit(c, dir, f)
		})
	}
	for _, c := range all {
		for _, dir := range []Direction{C2S, S2C} {
			c.CloseWrite(dir, func(dir Direction, f *Frame) { emit(c, dir, f) })
		}
	}
	return all
}

func TestRealSwitchboard(t *testing.T) {
	list, err := os.ReadFile(filepath.Join("..", "..", "shared", "captures", "ppa-msnms.commands.tsv"))
	if err != nil {
		t.Skipf("the list of commands is not beside the project: %v", err)
	}
	var want []string
	for line := range strings.Lines(string(list)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if f[0] != "stream" {
			want = append(want, strings.Join([]string{f[1], f[3], f[4], f[5], f[6]}, " "))
		}
	}
	var got []string
	playCapture(t, "ppa-msnms.pcap", NewLinker(), func(_ *realConn, dir Direction, f *Frame) {
		if f.Kind != FrameCommand {
			t.Errorf("%s %q", f.Why, f.Raw)
			return
		}
		sum := "-"
		if body := f.Raw[f.Body:]; len(body) > 0 {
			sum = fmt.Sprintf("%x", sha1.Sum(body))[:12]
		}
		got = append(got, fmt.Sprintf("%s %s %d %d %s", [2]string{"C>S", "S>C"}[dir], f.Name(), len(Words(nil, f.Raw[:f.Line]))-1, len(f.Raw)-f.Body, sum))
	})
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRealSessions(t *testing.T) {
	for _, c := range []struct {
		name     string
		commands int
		want     string // session, role, dialect and account of each connection
	}{
		{"escargot-amsn080-twisted-gtmess.pcap", 241, `
			1 NS MSNP7 alice@example.com
			2 NS MSNP7 bob@example.com
			3 NS MSNP7 carol@example.com
			1 SB MSNP7 alice@example.com
			2 SB MSNP7 bob@example.com
			3 SB MSNP7 carol@example.com`},
		{"goserver-netmsmgr.pcap", 136, `
			1 DS MSNP2 alice@example.com
			1 NS MSNP2 alice@example.com
			2 DS MSNP2 bob@example.com
			3 DS MSNP2 carol@example.com
			2 NS MSNP2 bob@example.com
			3 NS MSNP2 carol@example.com
			1 SB MSNP2 alice@example.com
			2 SB MSNP2 bob@example.com
			3 SB MSNP2 carol@example.com`},
	} {
		commands := 0
		l := NewLinker()
		begin := map[int64]*[2][]byte{}
		all := playCapture(t, c.name, l, func(conn *realConn, dir Direction, f *Frame) {
			if begin[conn.id] == nil {
				begin[conn.id] = &[2][]byte{}
			}
			begin[conn.id][dir] = append(begin[conn.id][dir], f.Raw...)
			if f.Kind == FrameCommand {
				commands++
			} else if f.Why != WhyEmptyLine {
				t.Errorf("%s: %s %q", c.name, f.Why, f.Raw)
			}
		})
		var got strings.Builder
		for _, conn := range all {
			s, _ := l.Session(conn.id)
			fmt.Fprintf(&got, "\n\t\t\t%d %s %s %s", s, conn.Role, conn.Dialect, conn.Account)
			said := begin[conn.id]
			if v := recognise(said[C2S], said[S2C]); v.Answer != Yes || v.Swapped || !v.SidesSure {
				t.Errorf("%s: connection %d: %+v", c.name, conn.id, v)
			}
			if v := recognise(said[S2C], said[C2S]); v.Answer != Yes || !v.Swapped {
				t.Errorf("%s: connection %d swapped: %+v", c.name, conn.id, v)
			}
		}
		if commands != c.commands || got.String() != c.want {
			t.Errorf("%s: %d commands, want %d; got%s\nwant%s", c.name, commands, c.commands, got.String(), c.want)
		}
	}
}
