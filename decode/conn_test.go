// This file tests what a connection learns from what is said on it, and which
// answers it pairs with which requests.

package decode

import (
	"fmt"
	"strings"
	"testing"
)

// say feeds a dialogue to c. A line begins with "C: " or "S: " and is said with
// CRLF behind it; "|" in it begins a payload, which has no line end.
func say(c *Conn, dialogue string, emit func(dir Direction, f *Frame)) {
	for line := range strings.Lines(dialogue) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		who, text, _ := strings.Cut(line, ": ")
		dir := C2S
		if who == "S" {
			dir = S2C
		}
		head, payload, _ := strings.Cut(text, "|")
		c.Feed(dir, []byte(head+"\r\n"+payload), emit)
	}
}

func facts(c *Conn) string {
	return fmt.Sprintf("%s %s %s name=%s program=%s cookie=%s chat=%s",
		c.Role, c.Dialect, c.Account, c.FriendlyName, c.ClientVersion, c.Cookie, c.Chat)
}

func TestConnLearns(t *testing.T) {
	for _, c := range []struct{ name, dialogue, want string }{
		{
			"notification server", `
			C: VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0
			S: VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0
			C: INF 2
			S: INF 2 MD5
			C: USR 3 MD5 I alice@hotmail.com
			S: USR 3 MD5 S 1013928519.693957190
			C: USR 4 MD5 S 7f919fab309532df353c901430df36fa
			S: USR 4 OK alice@hotmail.com Alice%20A. 1
			C: CVR 11 0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 MSMSGS`,
			"NS MSNP7 alice@hotmail.com name=Alice%20A. program=MSMSGS 4.6.0073 cookie= chat=",
		},
		{
			"dispatch server", `
			C: VER 0 MSNP2 CVR0
			S: VER 0 MSNP2
			C: USR 2 MD5 I a@b.c
			S: XFR 2 NS 10.0.0.5:1863 0 10.0.0.1:1863`,
			"DS MSNP2 a@b.c name= program= cookie= chat=",
		},
		{
			"dispatch server that signs in first", `
			C: VER 0 MSNP4 MSNP3
			S: VER 0 MSNP4
			C: USR 2 MD5 I a@b.c
			S: USR 2 MD5 S 1.2
			C: USR 3 MD5 S 00
			S: USR 3 OK a@b.c A
			C: SYN 4 0
			C: CHG 5 NLN
			S: 200 5
			S: XFR 3 NS 10.0.0.5:1863 0`,
			"DS MSNP4 a@b.c name=A program= cookie= chat=",
		},
		{
			"referral by a notification server", `
			C: VER 1 MSNP7
			S: VER 1 MSNP7
			C: USR 3 MD5 I a@b.c
			S: USR 3 OK a@b.c A 1
			S: SYN 4 1
			S: XFR 0 NS 10.0.0.5:1863 0`,
			"NS MSNP7 a@b.c name=A program= cookie= chat=",
		},
		{
			"soft reset", `
			C: VER 1 MSNP9 MSNP8
			S: VER 1 MSNP8
			C: USR 3 TWN I a@b.c
			S: USR 3 OK a@b.c A 1 0
			S: XFR 0 NS 0
			C: VER 4 MSNP9
			S: VER 4 MSNP9`,
			"NS MSNP9 a@b.c name=A program= cookie= chat=",
		},
		{
			"switchboard opened", `
			C: USR 1 alice@hotmail.com 16925950.1016955577.17693
			S: USR 1 OK alice@hotmail.com Alice
			C: CAL 2 bob@hotmail.com
			S: CAL 2 RINGING 16925950`,
			"SB  alice@hotmail.com name=Alice program= cookie=16925950.1016955577.17693 chat=16925950",
		},
		{
			"switchboard joined", `
			C: ANS 0 alice@hotmail.com 849102291.520491932 11752099
			S: IRO 0 1 2 bob@hotmail.com Bob`,
			"SB  alice@hotmail.com name= program= cookie=849102291.520491932 chat=11752099",
		},
		{"endpoint in the handle", `C: USR 1 a@b.c;{1234} cookie`, "SB  a@b.c name= program= cookie=cookie chat="},
		{"sign-in cut short", `C: USR 3 MD5 I`, "   name= program= cookie= chat="},
		{"no dialect in common", `
			C: VER 1 MSNP7
			S: VER 1 0 MSNP21 MSNP20`, "   name= program= cookie= chat="},
		{"highest of both", `
			C: VER 1 MSNP12 MSNP11 MSNP10 CVR0
			S: VER 1 MSNP15 MSNP11 MSNP10`, " MSNP11  name= program= cookie= chat="},
		{"only the server's", `S: VER 1 MSNP8 MSNP9 CVR0`, " MSNP9  name= program= cookie= chat="},
		{"foreign dialect answered", `
			C: VER 1 MSNP7
			S: VER 1 MSNP2`, " MSNP2  name= program= cookie= chat="},
		{"handle in CVR", `C: CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS a@b.c`, "  a@b.c name= program=MSNMSGR 6.0.0602 cookie= chat="},
		{"no name in USR OK from MSNP10 on", `
			C: VER 1 MSNP11
			S: VER 1 MSNP11
			C: USR 3 TWN I a@b.c
			S: USR 4 OK a@b.c 1 0
			S: PRP MFN Al`, "NS MSNP11 a@b.c name=Al program= cookie= chat="},
		{"renamed", `
			C: USR 3 MD5 I A@b.c
			S: USR 4 OK A@b.c Al 1
			S: REA 5 212 a@b.C Alfred
			S: REA 6 213 x@b.c Xaver`, "NS  A@b.c name=Alfred program= cookie= chat="},
		{"mid-stream, chat", `S: MSG bob@x Bob 2|hi`, "SB   name= program= cookie= chat="},
		{"mid-stream, notifications", `S: MSG Hotmail Hotmail 2|hi`, "NS   name= program= cookie= chat="},
		{"mid-stream, presence", `S: NLN NLN a@b.c A`, "NS   name= program= cookie= chat="},
		{"mid-stream, redirect", `S: XFR 3 NS 10.0.0.5:1863 0 10.0.0.1:1863`, "DS   name= program= cookie= chat="},
		{"mid-stream, referral to a switchboard", `S: XFR 3 SB 10.0.0.5:1863 CKI 1.2`, "NS   name= program= cookie= chat="},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := NewConn()
			say(conn, c.dialogue, func(dir Direction, f *Frame) {
				if f.Kind != FrameCommand {
					t.Errorf("%s %q %s", dir, f.Raw, f.Why)
				}
			})
			if got := facts(conn); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// What a command says is known when it is emitted.
func TestConnKnowsBeforeEmit(t *testing.T) {
	c := NewConn()
	say(c, "C: USR 1 a@b.c 1.2", func(Direction, *Frame) {
		if c.Role != RoleSB || c.Account != "a@b.c" || c.Cookie != "1.2" {
			t.Error(facts(c))
		}
	})
	want := Context{Dir: S2C, Role: RoleSB, Account: "a@b.c"}
	if got := c.Context(S2C); got != want {
		t.Errorf("%+v", got)
	}
}

// The dialect decides how both directions are framed, whether it was heard,
// inherited or only shown by a command.
func TestConnFramesByDialect(t *testing.T) {
	for name, begin := range map[string]func(c *Conn){
		"VER":     func(c *Conn) { say(c, "S: VER 1 MSNP13", func(Direction, *Frame) {}) },
		"Inherit": func(c *Conn) { c.Inherit(13) },
		"shown":   func(c *Conn) { say(c, "C: ADL 1 0", func(Direction, *Frame) {}) },
	} {
		c := NewConn()
		begin(c)
		var got []piece
		say(c, "S: 241 8 5|hello\nS: QNG", func(_ Direction, f *Frame) { got = append(got, show(f)) })
		if fmt.Sprintf("%q", got) != `[{"cmd" "241 8 5|hello"} {"cmd" "QNG"}]` {
			t.Errorf("%s: %q", name, got)
		}
	}
	c := NewConn()
	c.Inherit(9)
	if c.Inherit(13); c.Dialect != 9 {
		t.Error("a known dialect was replaced")
	}
}

func TestConnAnswers(t *testing.T) {
	c := NewConn()
	var pairs []string
	n := int64(0)
	say(c, `
		C: VER 0 MSNP7
		S: VER 0 MSNP7
		S: CHL 0 15570131571988941333
		S: ADD 0 RL 211 a@b c
		C: SYN 8 0
		C: CHG 9 NLN
		S: SYN 8 9
		S: CHG 9 NLN
		S: LST 8 FL 9 1 1 a@b c 0
		S: ILN 9 NLN a@b c
		S: BPR 9 a@b PHH
		S: NLN NLN a@b c
		C: PNG
		C: PNG
		S: QNG
		C: CHG 9 AWY
		S: CHG 9 AWY
		S: 216 9
		S: 911
		S: 216 77
		S: RNG 9 1.2.3.4:5 CKI x a@b c
		C: QRY 10 msmsgs@msnmsgr.com 2|ab
		S: QRY 10
		C: OUT
		S: OUT`, func(dir Direction, f *Frame) {
		n++
		if dir == C2S {
			c.Asked(f, n, 1000*n)
			return
		}
		if tag, at, ok := c.Answers(f); ok {
			if at != 1000*tag {
				t.Errorf("request %d of time %d", tag, at)
			}
			pairs = append(pairs, fmt.Sprintf("%d>%d", n, tag))
		}
	})
	want := "2>1 7>5 8>6 9>5 10>6 15>14 17>16 18>16 23>22"
	if got := strings.Join(pairs, " "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// A client that counts from 0 on a switchboard gets its answers under 0.
func TestConnAnswersZero(t *testing.T) {
	c := NewConn()
	answered := 0
	say(c, `
		C: ANS 0 a@b 1.2 3
		S: IRO 0 1 1 b@c B
		S: ANS 0 OK`, func(dir Direction, f *Frame) {
		if dir == C2S {
			c.Asked(f, 1, 1)
		} else if _, _, ok := c.Answers(f); ok {
			answered++
		}
	})
	if answered != 2 {
		t.Errorf("%d answers", answered)
	}
}

func TestConnRemembersTheNewestRequests(t *testing.T) {
	c := NewConn()
	for i := range int64(3 * maxRequests) {
		raw := fmt.Appendf(nil, "CHG %d NLN\r\n", i)
		c.Asked(&Frame{Raw: raw, Line: len(raw) - 2, Body: len(raw)}, i, i)
	}
	if n := len(c.requests.table); n != maxRequests {
		t.Errorf("room for %d", n)
	}
	for id, want := range map[int64]bool{2*maxRequests - 1: false, 2 * maxRequests: true, 3*maxRequests - 1: true} {
		raw := fmt.Appendf(nil, "CHG %d NLN\r\n", id)
		if tag, _, ok := c.Answers(&Frame{Raw: raw, Line: len(raw) - 2, Body: len(raw)}); ok != want || ok && tag != id {
			t.Errorf("request %d: %d %v", id, tag, ok)
		}
	}
}

// Ids that are no multiple of each other's distance, or none that count up,
// must not make a connection forget what it has just asked.
func TestConnRemembersOddIds(t *testing.T) {
	for _, step := range []int64{2, 7, 1 << 20, 1<<40 + 1} {
		c := NewConn()
		for i := range int64(100) {
			id := i * step
			raw := fmt.Appendf(nil, "CHG %d NLN\r\n", id)
			f := &Frame{Raw: raw, Line: len(raw) - 2, Body: len(raw)}
			c.Asked(f, i+1, i)
			if tag, _, ok := c.Answers(f); !ok || tag != i+1 {
				t.Errorf("step %d: request %d: %d %v", step, id, tag, ok)
			}
		}
	}
}

func TestConnGapAndEnd(t *testing.T) {
	c := NewConn()
	var got []string
	emit := func(dir Direction, f *Frame) { got = append(got, fmt.Sprint(dir, " ", show(f))) }
	c.Feed(C2S, []byte("MSG 1 U 10\r\nabc"), emit)
	c.Feed(S2C, []byte("ACK"), emit)
	c.Gap(C2S, 4, emit)
	c.Feed(C2S, []byte("hijOUT\r\n"), emit)
	c.CloseWrite(C2S, emit)
	c.CloseWrite(S2C, emit)
	want := []string{
		"c2s {" + WhyCutByGap + "+ MSG 1 U 10\r\nabc}", "c2s {" + WhyAfterGap + "+ hij}", "c2s {cmd OUT}", "s2c {" + WhyCutByEnd + "+ ACK}",
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func FuzzConn(f *testing.F) {
	f.Add([]byte("VER 1 MSNP7 CVR0\r\nUSR 3 MD5 I a@b\r\n"), []byte("VER 1 MSNP7\r\nXFR 3 NS 1.2.3.4:5 0 1.2.3.4:6\r\n"), uint8(9), false)
	f.Add([]byte("USR 1 a@b 1.2\r\nMSG 1 U 2\r\nhi"), []byte("USR 1 OK a@b\r\nCAL 2 RINGING 0\r\nACK 1\r\n"), uint8(3), true)
	f.Add([]byte("CVR 1 2 3\r\nANS\r\nUSR\r\nVER\r\nCVQ\r\n"), []byte("USR 1 OK\r\nREA\r\nPRP MFN\r\nXFR\r\nMSG\r\nCAL\r\nVER\r\n"), uint8(200), false)
	f.Fuzz(func(t *testing.T, c2s, s2c []byte, step uint8, mid bool) {
		c := NewConn()
		c.Framer(C2S).MidStream, c.Framer(S2C).MidStream = mid, mid
		l := NewLinker()
		l.Open(1, testClient)
		var back [2][]byte
		session := int64(0)
		emit := func(dir Direction, f *Frame) {
			back[dir] = append(back[dir], f.Raw...)
			if dir == C2S {
				c.Asked(f, 1, 2)
			} else {
				c.Answers(f)
			}
			l.Observe(1, c, dir, f, testTime)
			if s, ok := l.Session(1); ok {
				if session != 0 && s != session {
					t.Fatal("the session changed")
				}
				session = s
			}
		}
		sides, n := [2][]byte{c2s, s2c}, int(step)+1
		for at := 0; at < max(len(c2s), len(s2c)); at += n {
			for dir, b := range sides {
				if at < len(b) {
					c.Feed(Direction(dir), b[at:min(at+n, len(b))], emit)
				}
			}
		}
		for dir, b := range sides {
			c.CloseWrite(Direction(dir), emit)
			if string(back[dir]) != string(b) {
				t.Fatalf("%q came back as %q", b, back[dir])
			}
		}
		if s := l.Close(1, testTime); s != 1 {
			t.Fatalf("session %d", s)
		}
		for _, fact := range []string{c.Account, c.FriendlyName, c.ClientVersion, c.Cookie, c.Chat} {
			if len(fact) > maxFact {
				t.Fatalf("fact of %d bytes", len(fact))
			}
		}
	})
}
