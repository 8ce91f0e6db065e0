// This file tests how connections are joined into sessions.

package decode

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var (
	testClient = netip.MustParseAddr("10.0.0.9")
	testTime   = time.Date(2001, 11, 5, 20, 14, 7, 0, time.UTC)
)

// linkerStage plays connections to a Linker.
type linkerStage struct {
	l     *Linker
	conns map[int64]*Conn
	now   time.Time
	save  bool // write the Linker down and read it again before each line
}

// play runs a script of lines "conn verb ...": "open ADDR", "C: line",
// "S: line", "wait DURATION", "close", "is N" (the session, 0 for undecided).
func (p *linkerStage) play(t *testing.T, script string) {
	t.Helper()
	for line := range strings.Lines(script) {
		var id int64
		if _, err := fmt.Sscan(line, &id); err != nil {
			continue
		}
		if p.save {
			b, err := json.Marshal(p.l)
			p.l = nil
			if err == nil {
				err = json.Unmarshal(b, &p.l)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		_, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		verb, arg, _ := strings.Cut(rest, " ")
		switch verb {
		case "open":
			p.conns[id] = NewConn()
			p.l.Open(id, netip.MustParseAddr(arg))
		case "C:", "S:":
			c := p.conns[id]
			say(c, rest, func(dir Direction, f *Frame) { p.l.Observe(id, c, dir, f, p.now) })
		case "wait":
			d, _ := time.ParseDuration(arg)
			p.now = p.now.Add(d)
		case "close":
			p.l.Close(id, p.now)
		case "is":
			if s, _ := p.l.Session(id); fmt.Sprint(s) != arg {
				t.Errorf("connection %d: session %d, want %s", id, s, arg)
			}
		case "dialect":
			if got := p.conns[id].Dialect.String(); got != arg {
				t.Errorf("connection %d: %s, want %s", id, got, arg)
			}
		default:
			t.Fatalf("script: %q", line)
		}
	}
}

func TestLinker(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"a whole sign-in", `
			1 open 10.0.0.9
			1 C: VER 1 MSNP6
			1 is 0
			1 S: VER 1 MSNP6
			1 C: USR 3 MD5 I alice@hotmail.com
			1 is 1
			1 S: XFR 3 NS 10.0.0.5:1863 0 10.0.0.1:1863
			1 close
			2 open 10.0.0.9
			2 C: VER 4 MSNP6
			2 S: VER 4 MSNP6
			2 C: INF 5
			2 is 0
			2 C: USR 6 MD5 I Alice@hotmail.com
			2 is 1
			2 S: XFR 10 SB 64.4.12.193:1863 CKI 1.2.3
			2 S: RNG 11 64.4.12.193:1863 CKI 4.5 bob@x.y Bob
			3 open 10.0.0.77
			3 C: USR 1 alice@hotmail.com 1.2.3
			3 is 1
			3 dialect MSNP6
			4 open 10.0.0.9
			4 C: ANS 1 alice@hotmail.com 4.5 11
			4 is 1`},
		{"a later sign-in is another session", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			1 close
			2 open 10.0.0.9
			2 C: USR 3 MD5 I a@b.c
			2 is 2`},
		{"a redirect is followed once", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			1 S: XFR 3 NS 10.0.0.5:1863 0
			2 open 10.0.0.9
			2 C: USR 3 MD5 I a@b.c
			2 is 1
			3 open 10.0.0.9
			3 C: USR 3 MD5 I a@b.c
			3 is 2`},
		{"and not too late, nor from elsewhere, nor by another", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			1 S: XFR 3 NS 10.0.0.5:1863 0
			2 open 10.0.0.10
			2 C: USR 3 MD5 I a@b.c
			2 is 2
			3 open 10.0.0.9
			3 C: USR 3 MD5 I x@b.c
			3 is 3
			0 wait 121s
			4 open 10.0.0.9
			4 C: USR 3 MD5 I a@b.c
			4 is 4`},
		{"two clients behind one address", `
			1 open 10.0.0.9
			2 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			2 C: USR 3 MD5 I x@b.c
			2 S: XFR 3 NS 10.0.0.5:1863 0
			1 S: XFR 3 NS 10.0.0.6:1863 0
			3 open 10.0.0.9
			4 open 10.0.0.9
			3 C: USR 3 MD5 I x@b.c
			4 C: USR 3 MD5 I a@b.c
			3 is 2
			4 is 1`},
		{"a switchboard of unknown cookie goes by account", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			2 open 10.0.0.8
			2 C: USR 3 MD5 I A@b.c
			3 open 10.0.0.9
			3 C: ANS 1 a@B.c zzz 5
			3 is 1
			4 open 10.0.0.7
			4 C: ANS 1 a@b.c zzz 5
			4 is 2
			5 open 10.0.0.9
			5 C: ANS 1 q@b.c zzz 5
			5 is 3`},
		{"and only while the session is open", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			1 close
			2 open 10.0.0.9
			2 C: USR 1 a@b.c zzz
			2 is 2`},
		{"but a cookie outlives its session", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			1 S: XFR 3 SB 1.2.3.4:5 CKI k
			1 close
			2 open 10.0.0.9
			2 C: USR 1 a@b.c k
			2 is 1`},
		{"the same cookie of another account is another cookie", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			1 S: XFR 3 SB 1.2.3.4:5 CKI k
			2 open 10.0.0.8
			2 C: USR 1 x@b.c k
			2 is 2`},
		{"joined in its middle", `
			1 open 10.0.0.9
			1 C: PNG
			1 S: QNG
			1 is 0
			1 S: NLN NLN x@y.z X
			1 is 1
			1 S: RNG 5 1.2.3.4:5 CKI k x@y.z X
			2 open 10.0.0.9
			2 C: ANS 1 a@b.c k 5
			2 is 1`},
		{"a chat joined in its middle", `
			1 open 10.0.0.9
			1 S: MSG x@y.z X 2|hi
			1 is 1`},
		{"only the server's side", `
			1 open 10.0.0.9
			1 S: VER 1 MSNP7
			1 S: USR 3 MD5 S 1.2
			1 is 0
			1 S: USR 4 OK a@b.c A 1
			1 is 1
			1 S: XFR 5 SB 1.2.3.4:5 CKI k
			2 open 10.0.0.9
			2 S: USR 1 OK a@b.c A
			2 is 0
			2 S: JOI x@y.z X
			2 is 1`},
		{"numbers are not used up by those that join", `
			1 open 10.0.0.9
			1 C: USR 3 MD5 I a@b.c
			2 open 10.0.0.9
			3 open 10.0.0.9
			2 C: USR 1 a@b.c k
			3 C: USR 3 MD5 I x@b.c
			2 is 1
			3 is 2`},
		{"nothing said", `
			1 open 10.0.0.9
			1 is 0`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, save := range []bool{false, true} {
				stage := &linkerStage{NewLinker(), map[int64]*Conn{}, testTime, save}
				stage.play(t, c.script)
			}
		})
	}
}

func TestLinkerFallbacks(t *testing.T) {
	l := NewLinker()
	l.Open(1, testClient)
	c := NewConn()
	for range DecideAfter {
		if s, ok := l.Session(1); ok {
			t.Fatalf("decided early: %d", s)
		}
		l.Observe(1, c, C2S, &Frame{Kind: FrameRaw, Raw: []byte("x")}, testTime)
	}
	if s, _ := l.Session(1); s != 1 {
		t.Errorf("undecided after %d frames", DecideAfter)
	}
	l.Open(2, testClient)
	if s := l.Close(2, testTime); s != 2 {
		t.Errorf("session %d of a silent connection", s)
	}
	l.Open(3, testClient)
	if !l.Join(3, 1) || l.Join(3, 1) || l.Join(9, 1) {
		t.Error("Join")
	}
	l.Open(4, testClient)
	if l.Join(4, 2) {
		t.Error("joined a session that is over")
	}
	l.Observe(99, c, C2S, &Frame{}, testTime)
	if l.Decide(99, testTime) != 0 || l.Close(99, testTime) != 0 {
		t.Error("session of an unknown connection")
	}
}

// What is remembered is bounded however many connections come and go.
func TestLinkerForgets(t *testing.T) {
	l := NewLinker()
	for i := range int64(2 * maxPromises) {
		c := NewConn()
		l.Open(i, testClient)
		say(c, fmt.Sprintf("C: USR 3 MD5 I a%d@b.c\nS: XFR 3 NS 1.2.3.4:5 0\nS: XFR 4 SB 1.2.3.4:5 CKI %d", i, i),
			func(dir Direction, f *Frame) { l.Observe(i, c, dir, f, testTime) })
		l.Close(i, testTime)
	}
	if len(l.conns) != 0 || len(l.open) != 0 || len(l.promises.values) > maxPromises || len(l.cookies.values) > maxCookies {
		t.Errorf("%d connections, %d accounts, %d promises, %d cookies",
			len(l.conns), len(l.open), len(l.promises.values), len(l.cookies.values))
	}
}
