// This file holds what the tests share: it plays HTTP on several connections and
// writes down the pieces.

package gateway

import (
	"fmt"
	"strings"
	"testing"

	"msnscope/decode"
)

// turn is what one side of a connection says, or bytes missing there.
type turn struct {
	conn    int
	dir     decode.Direction
	data    string
	missing int64
	end     bool
}

func c(s string) turn           { return turn{data: s} }
func s(s string) turn           { return turn{dir: decode.S2C, data: s} }
func (t turn) on(conn int) turn { t.conn = conn; return t }

// post is a request to the gateway.
func post(query, body string) turn {
	return c(fmt.Sprintf("POST http://gw/gateway/gateway.dll?%s HTTP/1.1\r\nHost: gw\r\nContent-Length: %d\r\n\r\n%s", query, len(body), body))
}

// answer is its response, with this X-MSN-Messenger.
func answer(field, body string) turn {
	return s(fmt.Sprintf("HTTP/1.1 200 OK\r\nX-MSN-Messenger: %s\r\nContent-Length: %d\r\n\r\n%s", field, len(body), body))
}

func missing(dir decode.Direction, n int64) turn { return turn{dir: dir, missing: n} }

// played is what came out: a line a piece, and the streams inside by session.
type played struct {
	t      testing.TB
	table  Table
	conns  map[int]*Decoder
	lines  [3][2][]string
	keys   [3][2]string
	out    [3][2]strings.Builder
	in     [3][2]strings.Builder
	inside map[int64]*[2]strings.Builder
	closed map[int64]string
}

func (p *played) piece(conn int, x *Piece) {
	p.out[conn][x.Dir].Write(x.Raw)
	id := int64(0)
	if x.Session != nil {
		id = x.Session.Number
	}
	key := fmt.Sprintf("c%d %v %v", conn, x.Dir, x.Kind)
	if id != 0 {
		key += fmt.Sprintf(" #%d", id)
	}
	if x.Why != "" {
		key += " " + x.Why
	}
	if x.Partial {
		key += " partial"
	}
	if x.Kind == Hole {
		key += fmt.Sprint(" ", x.Missing)
	} else if x.Kind != Closed && len(x.Raw) == 0 {
		p.t.Errorf("an empty piece: %s", key)
	}
	in := p.inside[id]
	if in == nil {
		in = new([2]strings.Builder)
		p.inside[id] = in
	}
	switch x.Kind {
	case Data:
		in[x.Dir].Write(x.Raw)
	case Hole:
		fmt.Fprintf(&in[x.Dir], "<%d>", x.Missing)
	case Closed:
		p.closed[id] = x.Why
	}
	lines := &p.lines[conn][x.Dir]
	if key == p.keys[conn][x.Dir] && x.Kind != Head {
		*lines = (*lines)[:len(*lines)-1]
	}
	p.keys[conn][x.Dir] = key
	if x.Last {
		key += " ."
		p.keys[conn][x.Dir] = ""
	}
	*lines = append(*lines, key)
}

// play feeds turns in pieces of at most size bytes.
func play(t testing.TB, turns []turn, size int) *played {
	t.Helper()
	p := &played{t: t, conns: map[int]*Decoder{}, inside: map[int64]*[2]strings.Builder{}, closed: map[int64]string{}}
	for _, u := range turns {
		d := p.conns[u.conn]
		if d == nil {
			d = New(&p.table)
			p.conns[u.conn] = d
		}
		emit := func(x *Piece) { p.piece(u.conn, x) }
		p.in[u.conn][u.dir].WriteString(u.data)
		for rest := u.data; rest != ""; {
			n := min(size, len(rest))
			d.Feed(u.dir, []byte(rest[:n]), emit)
			rest = rest[n:]
		}
		if u.missing != 0 {
			d.Gap(u.dir, u.missing, emit)
		}
		if u.end {
			d.CloseWrite(u.dir, emit)
		}
	}
	for i, d := range p.conns {
		for dir := range decode.Direction(2) {
			d.CloseWrite(dir, func(x *Piece) { p.piece(i, x) })
			if in, out := p.in[i][dir].String(), p.out[i][dir].String(); in != out {
				t.Errorf("connection %d, %v: %q became %q", i, dir, in, out)
			}
		}
	}
	return p
}

// String lists the pieces by connection and direction, then what was inside.
func (p *played) String() string {
	var b strings.Builder
	for _, conn := range p.lines {
		for _, lines := range conn {
			for _, l := range lines {
				b.WriteString(l + "\n")
			}
		}
	}
	return b.String() + p.insides()
}

func (p *played) insides() string {
	var b strings.Builder
	for id := int64(1); id <= p.table.last; id++ {
		if in := p.inside[id]; in != nil {
			fmt.Fprintf(&b, "#%d C %q S %q %s\n", id, in[0].String(), in[1].String(), p.closed[id])
		}
	}
	return b.String()
}
