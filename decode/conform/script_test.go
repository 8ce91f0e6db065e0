// This file plays scripts of connections through Checkers.

package conform

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"msnscope/decode"
)

// Scripts have a line each:
//
//	C VER 1 MSNP7      a line of the client, S of the server; CR LF is added
//	C= "MSG 1 U 2\nhi" the bytes as they are, quoted as in Go
//	+60s               time passes
//	gap                bytes are missing here
//	midstream          the capture begins in the middle of the connection
//	server 64.4.13.58  the address that the client dialled
//	end                the connection ends
//	close              likewise, and the next line begins another one
//
// Every frame is an event, numbered from 1, and takes a millisecond.
type player struct {
	t       testing.TB
	known   *Known
	event   int64
	now     int64
	conn    *decode.Conn
	checker *Checker
	notes   []Note
	inherit decode.Dialect
}

func newPlayer(t testing.TB) *player {
	p := &player{t: t, known: NewKnown(), now: int64(time.Hour)}
	p.open()
	return p
}

func (p *player) open() {
	p.conn, p.checker = decode.NewConn(), NewChecker(p.known)
	p.conn.Inherit(p.inherit)
}

func (p *player) feed(dir decode.Direction, b string) {
	p.conn.Feed(dir, []byte(b), func(dir decode.Direction, f *decode.Frame) {
		p.event++
		p.now += int64(time.Millisecond)
		p.notes = append(p.notes, p.checker.Frame(p.event, p.now, dir, f, p.conn.Context(dir))...)
	})
}

func (p *player) play(script string) *player {
	p.t.Helper()
	for line := range strings.Lines(script) {
		line = strings.Trim(line, "\t\r\n")
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "":
		case "C":
			p.feed(decode.C2S, rest+"\r\n")
		case "S":
			p.feed(decode.S2C, rest+"\r\n")
		case "C=", "S=":
			b, err := strconv.Unquote(rest)
			if err != nil {
				p.t.Fatalf("%s: %v", line, err)
			}
			p.feed(map[string]decode.Direction{"C=": decode.C2S, "S=": decode.S2C}[word], b)
		case "gap":
			p.checker.Gap()
		case "midstream":
			p.checker.MidStream = true
		case "server":
			p.checker.Server = netip.MustParseAddr(rest)
		case "end":
			p.notes = append(p.notes, p.checker.Close(p.now)...)
		case "close":
			p.notes = append(p.notes, p.checker.Close(p.now)...)
			p.open()
		default:
			d, err := time.ParseDuration(strings.TrimPrefix(word, "+"))
			if err != nil {
				p.t.Fatalf("%q is no line of a script", line)
			}
			p.now += int64(d)
		}
	}
	return p
}

// noted returns the notes as "code@event" and their texts.
func (p *player) noted() (short []string, texts string) {
	for _, n := range p.notes {
		short = append(short, fmt.Sprintf("%s@%d", n.Code, n.Event))
		texts += fmt.Sprintf("%s %s @%d: %s\n", n.Severity, n.Code, n.Event, n.Text)
	}
	return short, texts
}

// The beginnings that most scripts share.
const (
	signIn = `
		C VER 1 MSNP7 CVR0
		S VER 1 MSNP7
		C USR 2 MD5 I me@example.com
		S USR 2 MD5 S 1
		C USR 3 MD5 S 12345678901234567890123456789012
		S USR 3 OK me@example.com Me 1
	` // 6 events
	groups = signIn + `
		C SYN 4 0
		S SYN 4 9
		S LSG 4 9 1 2 0 Other 0
		S LSG 4 9 2 2 1 Friends 0
		S LST 4 RL 9 0 0
	` // 11 events
	visible = signIn + `
		C CHG 4 NLN
		S CHG 4 NLN
	` // 8 events
	chatting = `
		C USR 1 me@example.com 17.4
		S USR 1 OK me@example.com Me
		C CAL 2 bob@example.com
		S CAL 2 RINGING 17
		S JOI bob@example.com Bob
	` // 5 events
)
