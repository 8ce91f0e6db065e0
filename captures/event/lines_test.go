// This file tests that a line written from memory is the line that would have
// been made.

package event

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"msnscope/decode"
	"msnscope/decode/conform"
)

func TestLinesAreThoseOfAppendJSON(t *testing.T) {
	commands := []string{
		"ACK 17\r\n",
		"REA 18 alice@hotmail.com Alice%20again\r\n", // of the user or of somebody else
		"CHG 9 AWY\r\n",
		"USR 3 MD5 S 7f919fab309532df353c901430df36fa\r\n", // with a secret
		"XFR 4 SB 127.0.0.1:1863 CKI 849102291.520491113\r\n",
		"NLN NLN bob@hotmail.com Bob\r\n",
		"MSG 5 N 14\r\nA: b\r\n\r\nhello!",
		"MSG bob@hotmail.com Bob 14\r\nA: b\r\n\r\nhello!",
		"MSG 6 N 104\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ff\r\n\r\nhi",
		"MSG bob@hotmail.com Bob 105\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ff\r\n\r\nwell",
		"FLN " + strings.Repeat("x", saidMost) + "\r\n", // too long to be remembered
	}
	conns := []*Connection{
		{Client: netip.MustParseAddrPort("10.0.0.9:1044"), Server: netip.MustParseAddrPort("64.4.13.58:1863")},
		{Client: netip.MustParseAddrPort("[::1]:1044"), Via: ViaGateway},
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, o := range []JSONOptions{{}, {Secrets: true}} {
		lines := NewLines(o)
		for i := range 20_000 {
			raw := commands[rnd.IntN(len(commands))]
			line := strings.Index(raw, "\r\n")
			c := rnd.IntN(len(conns))
			e := Event{
				ID: int64(i), Session: 1, Connection: int64(c), Time: rnd.Int64N(3e9), N: int64(i), Kind: Command, TrID: -1,
				Dir: decode.Direction(rnd.IntN(2)), Role: decode.Role(rnd.IntN(4)), Dialect: decode.Dialect(rnd.IntN(9)),
				Account: []string{"alice@hotmail.com", "bob@hotmail.com"}[rnd.IntN(2)],
				Raw:     []byte(raw), Line: line, Body: min(line+2, len(raw)),
			}
			e.TrID = decode.TrID(e.Raw[:line], e.Dir, e.Dialect)
			if rnd.IntN(8) == 0 {
				e.Delivered = []byte("ACK 18\r\n")
			}
			if rnd.IntN(8) == 0 {
				e.Answers, e.Latency = 7, 3_000
				e.Warnings = []conform.Note{{Code: "unanswered", Event: 7, Text: "ACK"}}
			}
			if rnd.IntN(8) == 0 {
				e.Kind, e.Note, e.Text = Note, "opened", fmt.Sprint("by ", i)
			}
			want := string(AppendJSON(nil, &e, nil, conns[c], o)) + "\n"
			if got := string(lines.Append(nil, &e, PlaceOf(&e, conns[c]))); got != want {
				t.Fatalf("event %d of %q:\n%s\nwant\n%s", i, raw, got, want)
			}
		}
	}
}

// BenchmarkLines writes what is said again and again, and what is new.
func BenchmarkLines(b *testing.B) {
	for _, repeats := range []bool{true, false} {
		b.Run(fmt.Sprintf("repeats=%v", repeats), func(b *testing.B) {
			lines := NewLines(JSONOptions{})
			raw := []byte("NLN AWY friend7@hotmail.com My%20Friend%20000007\r\n")
			e := Event{ID: 7, Time: 1004991247021337000, Kind: Command, Dir: decode.S2C, Dialect: 7, Raw: raw, Line: len(raw) - 2, Body: len(raw), TrID: -1}
			at := PlaceOf(&e, &Connection{})
			var dst []byte
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				if n++; !repeats {
					copy(raw[len(raw)-8:], fmt.Appendf(nil, "%06d", n%1_000_000))
				}
				dst = lines.Append(dst[:0], &e, at)
			}
		})
	}
}
