// This file generates a capture: sign-ins and chats of many users side by
// side, with the bare acknowledgements that real captures are full of.

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"
)

// alive is how many connections run side by side.
const alive = 500

// generator writes an Ethernet pcap.
type generator struct {
	w       *bufio.Writer
	rnd     *rand.Rand
	now     time.Time
	packets int
	bytes   int64
}

// peer is one connection being generated.
type peer struct {
	client, server [6]byte // address and port
	seq            [2]uint32
	script         []line
	next           int
}

// line is something one side says.
type line struct {
	fromServer bool
	text       string
}

// generate writes a capture of about size bytes and returns its packets.
func generate(path string, size int64) (int, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	g := &generator{w: bufio.NewWriterSize(file, 1<<20), rnd: rand.New(rand.NewPCG(1, 2)), now: time.Date(2001, 11, 5, 20, 0, 0, 0, time.UTC)}
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	head = append(head, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0)
	g.w.Write(head)
	peers := make([]*peer, alive)
	for n := 0; g.bytes < size; {
		i := g.rnd.IntN(alive)
		if peers[i] == nil || peers[i].next == len(peers[i].script) {
			if peers[i] != nil {
				g.finish(peers[i])
			}
			n++
			peers[i] = g.begin(n)
			continue
		}
		g.say(peers[i])
	}
	for _, p := range peers {
		if p != nil {
			g.finish(p)
		}
	}
	return g.packets, g.w.Flush()
}

const (
	fin = 1
	syn = 2
	psh = 8
	ack = 16
)

func (g *generator) begin(n int) *peer {
	p := &peer{client: [6]byte{10, byte(n >> 16), byte(n >> 8), byte(n), byte(4 + n>>8&15), byte(n)}, server: [6]byte{64, 4, 13, byte(n % 40), 7, 71}}
	p.seq = [2]uint32{g.rnd.Uint32(), g.rnd.Uint32()}
	user := fmt.Sprintf("user%d@hotmail.com", n)
	if n%4 == 0 {
		p.script = signIn(user, g.rnd)
	} else {
		p.script = chat(user, g.rnd)
	}
	g.packet(p, 0, syn, "")
	p.seq[0]++
	g.packet(p, 1, syn|ack, "")
	p.seq[1]++
	g.packet(p, 0, ack, "")
	return p
}

func (g *generator) say(p *peer) {
	l := p.script[p.next]
	p.next++
	side := 0
	if l.fromServer {
		side = 1
	}
	g.packet(p, side, psh|ack, l.text)
	p.seq[side] += uint32(len(l.text))
	if g.rnd.IntN(2) == 0 {
		g.packet(p, 1-side, ack, "")
	}
}

func (g *generator) finish(p *peer) {
	for side := range 2 {
		g.packet(p, side, fin|ack, "")
		p.seq[side]++
	}
	g.packet(p, 0, ack, "")
}

// packet writes one Ethernet frame. Checksums are left 0: nobody verifies
// them by default.
func (g *generator) packet(p *peer, side int, flags byte, text string) {
	from, to := p.client, p.server
	if side == 1 {
		from, to = to, from
	}
	g.now = g.now.Add(time.Duration(g.rnd.IntN(2000)) * time.Microsecond)
	n := 14 + 40 + len(text)
	b := make([]byte, 16, 16+n)
	binary.LittleEndian.PutUint32(b, uint32(g.now.Unix()))
	binary.LittleEndian.PutUint32(b[4:], uint32(g.now.Nanosecond()/1000))
	binary.LittleEndian.PutUint32(b[8:], uint32(n))
	binary.LittleEndian.PutUint32(b[12:], uint32(n))
	b = append(b, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(40+len(text)))
	b = append(b, byte(g.packets>>8), byte(g.packets), 0x40, 0, 64, 6, 0, 0)
	b = append(b, from[:4]...)
	b = append(b, to[:4]...)
	b = append(b, from[4:]...)
	b = append(b, to[4:]...)
	b = binary.BigEndian.AppendUint32(b, p.seq[side])
	b = binary.BigEndian.AppendUint32(b, p.seq[1-side])
	b = append(b, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0)
	b = append(b, text...)
	g.w.Write(b)
	g.packets++
	g.bytes += int64(len(b))
}

// signIn is a notification server connection with a roster and presence.
func signIn(user string, rnd *rand.Rand) []line {
	var s []line
	c := func(text string) { s = append(s, line{false, text}) }
	r := func(text string) { s = append(s, line{true, text}) }
	c("VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0\r\n")
	r("VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0\r\n")
	c("INF 2\r\n")
	r("INF 2 MD5\r\n")
	c("USR 3 MD5 I " + user + "\r\n")
	r("USR 3 MD5 S 1013928519.693957190\r\n")
	c("USR 4 MD5 S 7f919fab309532df353c901430df36fa\r\n")
	r("USR 4 OK " + user + " Some%20Body 1\r\n")
	c("SYN 5 0\r\n")
	n := 5 + rnd.IntN(40)
	for _, list := range []string{"FL", "AL", "RL"} {
		for i := 1; i <= n; i++ {
			group := ""
			if list == "FL" {
				group = " 0"
			}
			r(fmt.Sprintf("LST 5 %s 9 %d %d friend%d@hotmail.com My%%20Friend%%20%d%s\r\n", list, i, n, i, i, group))
		}
	}
	c("CHG 6 NLN\r\n")
	r("CHG 6 NLN\r\n")
	for i := range rnd.IntN(60) {
		status := []string{"NLN", "AWY", "BSY", "IDL", "PHN"}[rnd.IntN(5)]
		r(fmt.Sprintf("NLN %s friend%d@hotmail.com My%%20Friend%%20%d\r\n", status, i, i))
		if rnd.IntN(6) == 0 {
			c("PNG\r\n")
			r("QNG\r\n")
		}
	}
	c("OUT\r\n")
	return s
}

// chat is a switchboard connection.
func chat(user string, rnd *rand.Rand) []line {
	var s []line
	c := func(text string) { s = append(s, line{false, text}) }
	r := func(text string) { s = append(s, line{true, text}) }
	c("USR 1 " + user + " 16925950.1016955577.17693\r\n")
	r("USR 1 OK " + user + " Some%20Body\r\n")
	c("CAL 2 friend@hotmail.com\r\n")
	r("CAL 2 RINGING 16925950\r\n")
	r("JOI friend@hotmail.com My%20Friend\r\n")
	for i := range 4 + rnd.IntN(60) {
		body := "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ff; CS=0; PF=22\r\n\r\n" +
			words(rnd)
		switch rnd.IntN(4) {
		case 0:
			body = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: friend@hotmail.com\r\n\r\n\r\n"
			r(fmt.Sprintf("MSG friend@hotmail.com My%%20Friend %d\r\n%s", len(body), body))
		case 1:
			r(fmt.Sprintf("MSG friend@hotmail.com My%%20Friend %d\r\n%s", len(body), body))
		default:
			c(fmt.Sprintf("MSG %d A %d\r\n%s", 3+i, len(body), body))
			r(fmt.Sprintf("ACK %d\r\n", 3+i))
		}
	}
	r("BYE friend@hotmail.com\r\n")
	c("OUT\r\n")
	return s
}

// vocabulary is what people say: some words often, most seldom.
var vocabulary = func() []string {
	rnd := rand.New(rand.NewPCG(3, 4))
	all := strings.Fields("so what do you think see you later hello ok yes no lol at the and to in it is that me we")
	for len(all) < 4000 {
		var w strings.Builder
		for range 1 + rnd.IntN(3) {
			w.WriteByte("bcdfghklmnprstvw"[rnd.IntN(16)])
			w.WriteString([]string{"a", "e", "i", "o", "u", "ea", "oo", "in", "er", "ing"}[rnd.IntN(10)])
		}
		all = append(all, w.String())
	}
	return all
}()

// words returns what somebody says: in one of some 200,000 messages about a
// zebra, in one of 20,000 with a telephone number.
func words(rnd *rand.Rand) string {
	var b strings.Builder
	for range 2 + rnd.IntN(16) {
		u := rnd.Float64()
		b.WriteString(vocabulary[int(u*u*u*float64(len(vocabulary)))])
		b.WriteByte(' ')
	}
	switch n := rnd.IntN(200_000); {
	case n == 0:
		b.WriteString("a zebra! ")
	case n <= 10:
		fmt.Fprintf(&b, "hello call %d, 555-%04d ", rnd.IntN(9), rnd.IntN(10_000))
	}
	return b.String()
}
