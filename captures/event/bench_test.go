// This file measures explaining an event and writing it as JSON, and tests what
// was made quick.

package event

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"msnscope/decode"
)

func TestClock(t *testing.T) {
	var k clock
	for _, ns := range []int64{0, 1, 0, 1e9, 999, 1000, -1, -1000, 1e18, 1e18 + 987654321, math.MaxInt64, math.MinInt64, 951782399999999999} {
		want := `"` + time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000Z") + `"`
		if got := string(k.append(nil, ns)); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}

// TestPlainPrefix compares looking at eight bytes with looking at one.
func TestPlainPrefix(t *testing.T) {
	for c := range 256 {
		for n := range 20 {
			for at := range n {
				p := bytes.Repeat([]byte("~ A!#[]"), 3)[:n]
				p[at] = byte(c)
				want := at
				if plain[c] {
					want = n
				}
				if got := plainPrefix(p); got != want {
					t.Fatalf("%q: %d, want %d", p, got, want)
				}
			}
		}
	}
}

func BenchmarkExplainAndAppendJSON(b *testing.B) {
	const body = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ff; CS=0; PF=22\r\n\r\n" +
		"so what do you think? so what do you think?"
	for _, c := range []struct {
		name, line, body string
		dir              decode.Direction
	}{
		{"ACK", "ACK 17", "", decode.S2C},
		{"NLN", "NLN AWY friend7@hotmail.com My%20Friend%207", "", decode.S2C},
		{"LST", "LST 5 FL 9 3 40 friend3@hotmail.com My%20Friend%203 0", "", decode.S2C},
		{"MSG", fmt.Sprintf("MSG friend7@hotmail.com My%%20Friend%%207 %d", len(body)), body, decode.S2C},
	} {
		raw := []byte(c.line + "\r\n" + c.body)
		e := Event{
			ID: 7, Connection: 3, Session: 2, Time: 1004991247021337000, Kind: Command, Dir: c.dir, Role: decode.RoleSB, Dialect: 7,
			Account: "alice@hotmail.com", Raw: raw, Line: len(c.line), Body: len(c.line) + 2, TrID: -1,
		}
		conn := Connection{ID: 3, Client: netip.MustParseAddrPort("10.0.0.9:1044"), Server: netip.MustParseAddrPort("64.4.13.58:1863")}
		b.Run(c.name, func(b *testing.B) {
			var a decode.Annotation
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				e.AnnotateInto(&a)
				dst = AppendJSON(dst[:0], &e, &a, &conn, JSONOptions{})
			}
			b.SetBytes(int64(len(dst)))
		})
		b.Run(c.name+"/annotate", func(b *testing.B) {
			var a decode.Annotation
			b.ReportAllocs()
			for b.Loop() {
				e.AnnotateInto(&a)
			}
		})
	}
}
