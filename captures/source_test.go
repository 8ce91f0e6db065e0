// This file makes events by chance for the tests of views.

package captures

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
)

type source struct {
	r     *rand.Rand
	c     *index.Capture
	w     *index.Writer
	n     int64
	at    int64
	conns []event.Connection

	sessions [5]event.Session
}

func newSource(t testing.TB, s *Store, number int, live bool, seed uint64) *source {
	t.Helper()
	c := s.index().Create(number, fmt.Sprint(number), live)
	w, err := s.index().Writer(c)
	if err != nil {
		t.Fatal(err)
	}
	return &source{r: rand.New(rand.NewPCG(seed, uint64(number))), c: c, w: w, at: 1e18 + int64(number)*1e12}
}

var texts = []string{"PNG\r\n", "QNG\r\n", "NLN AWY bob@hotmail.com Bob\r\n", "MSG bob@hotmail.com Bob 5\r\nhello", "CHG 7 AWY\r\n", "911 7\r\n", "XFR 9 SB 64.4.13.58:1863 CKI 1.2\r\n",
	"MSG carol@passport.com Carol 87\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nSee you at the Caf\u00c9, 555-12345\n",
	"MSG carol@passport.com Carol 61\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\nd\xe9j\xe0 vu, and zebras\n",
	"LST 4 FL 5 1 1 dave@hotmail.com Dave 0\r\n", "JOI erin@hotmail.com Erin\r\n", "NOT 11\r\n<TEXT>hi</T>"}

func (k *source) event() {
	if len(k.conns) == 0 || len(k.conns) < 200 && k.r.IntN(50) == 0 {
		id := int64(k.c.Number())*event.ConnectionsPerCapture + int64(len(k.conns)) + 1
		k.conns = append(k.conns, event.Connection{ID: id, MSNP: true})
		k.w.Connection(&k.conns[len(k.conns)-1])
	}
	c := &k.conns[k.r.IntN(len(k.conns))]
	if k.r.IntN(100) > 0 { // mostly the late ones, so that blocks differ
		c = &k.conns[max(len(k.conns)-1-k.r.IntN(5), 0)]
	}
	if c.Session == 0 && k.r.IntN(3) == 0 { // found out late
		n := 1 + k.r.Int64N(4)
		v := &k.sessions[n]
		v.ID = int64(k.c.Number())*event.ConnectionsPerCapture + n
		v.Conns = append(v.Conns, c.ID)
		k.w.Session(v)
		c.Session = v.ID
		k.w.Connection(c)
	}
	if k.r.IntN(40) == 0 { // so is who is in a chat, and in which
		c.Role, c.Chat = decode.RoleSB, []string{"", "1692", "1693"}[k.r.IntN(3)]
		if k.r.IntN(2) == 0 {
			c.Account = "alice@hotmail.com"
		} else {
			c.People = append(slices.Clip(c.People), []string{"erin@hotmail.com", "carol@passport.com"}[k.r.IntN(2)])
		}
		k.w.Connection(c)
	}
	if c.Closed == 0 && k.r.IntN(100) == 0 {
		c.Closed = k.at
		k.w.Connection(c)
	}
	k.n++
	k.at += k.r.Int64N(2e6)
	raw := []byte(texts[(int(k.n/500*3)+k.r.IntN(4))%len(texts)])
	line := slices.Index(raw, '\r')
	e := event.Event{
		ID: k.c.ID(k.n), Connection: c.ID, Time: k.at, N: k.n, TrID: -1, Dir: decode.Direction(k.r.IntN(2)),
		Account: []string{"alice@hotmail.com", "frank@hotmail.com", ""}[c.ID%3], Quiet: k.r.Int64N(4e9) - 1e9, Raw: raw, Line: line, Body: line + 2,
	}
	if k.r.IntN(30) == 0 {
		e.Kind, e.Note, e.Raw, e.Line, e.Body, e.N = event.Note, "held", nil, 0, 0, -1
	}
	k.w.Event(&e)
}
