// This file has any bytes pass that a server may send, and compares what
// arrives with what should.

package proxy

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"msnscope/decode"
)

// script is a connection that reads what it is given in pieces and keeps what
// is written.
type script struct {
	net.Conn
	in    []byte
	piece int
	out   bytes.Buffer
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.in) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.in[:min(s.piece, len(s.in))])
	s.in = s.in[n:]
	return n, nil
}
func (s *script) Write(p []byte) (int, error)      { return s.out.Write(p) }
func (s *script) RemoteAddr() net.Addr             { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// FuzzRewrite has any bytes come from the server: of whole redirects the
// addresses change, and nothing else of anything.
func FuzzRewrite(f *testing.F) {
	f.Add([]byte("XFR 1 SB 192.0.2.9:1863 CKI 1.2\r\nNLN AWY a@b A\r\n"), uint16(5))
	f.Add([]byte("XFR 1 NS 192.0.2.1:1863 0 192.0.2.3:1863\r\nMSG a@b A 20\r\nRNG 1 x.y CKI 1 a\r\n"), uint16(1))
	f.Add([]byte("RNG 1 [::1] CKI 1.2 a@b A\nRNG 2"), uint16(3))
	f.Add([]byte("what\nXFR 1 SB a.b CKI 1\nXFR 1 SB a.b CKI 1\n"), uint16(7))
	f.Add([]byte("XFR 1 NS a.b 0 a.b:1"), uint16(70))
	f.Fuzz(func(t *testing.T, stream []byte, piece uint16) {
		p := &Proxy{stopping: true, advertise: netip.MustParseAddr("203.0.113.5")}
		l := &listener{addr: netip.MustParseAddrPort("127.0.0.1:1863"), upstream: target{"192.0.2.1", 1863}}
		l.main = l
		from, to := &script{in: stream, piece: 1 + int(piece)}, &script{}
		c := &conn{proxy: p, listener: l, client: to, server: from, local: l.addr}
		d := &pump{conn: c, dir: decode.S2C, in: newInput(from), dst: to}
		c.route.target = target{"192.0.2.2", 1863}
		d.run()

		got := to.out.Bytes()
		framer := decode.Framer{Dir: decode.S2C}
		framer.Feed(stream)
		lost, frames := false, 0
		owners := make(map[string]target) // of cookies
		var fr decode.Frame
		for closed := false; ; {
			if !framer.Next(&fr) {
				if closed {
					break
				}
				closed = true
				framer.Close()
				continue
			}
			frames++
			want := wantRewritten(&fr, owners)
			lost = lost || fr.Kind == decode.FrameRaw && fr.Why != decode.WhyEmptyLine
			switch {
			case bytes.HasPrefix(got, want):
				got = got[len(want):]
			case lost && bytes.HasPrefix(got, fr.Raw):
				got = got[len(fr.Raw):]
			default:
				t.Fatalf("%q became %q, want %q", fr.Raw, got, want)
			}
		}
		if len(got) > 0 {
			t.Fatalf("%q was added", got)
		}
		if again := count(to.out.Bytes()); !lost && again != frames {
			t.Fatalf("%d frames became %d", frames, again)
		}
	})
}

func count(stream []byte) (n int) {
	framer := decode.Framer{Dir: decode.S2C}
	framer.Feed(stream)
	var fr decode.Frame
	for framer.Next(&fr) {
		n++
	}
	framer.Close()
	for framer.Next(&fr) {
		n++
	}
	return n
}

// wantRewritten is how a frame from the server should arrive, if no port can
// be announced.
func wantRewritten(fr *decode.Frame, owners map[string]target) []byte {
	r, ok := decode.ParseRedirect(fr.Raw[:fr.Line])
	if fr.Kind != decode.FrameCommand || !ok {
		return fr.Raw
	}
	const main = "203.0.113.5:1863"
	var out []byte
	at := 0
	word := func(s decode.Span) {
		out = append(append(out, fr.Raw[at:s.Start]...), main...)
		at = s.End
	}
	t, _ := parseTarget(r.Address.Of(fr.Raw))
	own := t == target{"192.0.2.1", 1863}
	if r.Kind != decode.RedirectNS {
		cookie := string(r.Cookie.Of(fr.Raw))
		if _, ok := owners[cookie]; !ok && r.Address.Len() > 0 {
			owners[cookie] = t
		}
		own = len(cookie) > 0 && len(cookie) <= maxCookie && owners[cookie] == t
	}
	if r.Address.Len() > 0 && own {
		word(r.Address)
	}
	if r.Current.Len() > 0 {
		word(r.Current)
	}
	return append(out, fr.Raw[at:]...)
}
