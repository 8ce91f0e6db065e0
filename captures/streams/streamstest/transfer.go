// This file makes file transfers: the switchboard on which a file is offered,
// and the connection that carries it.

package streamstest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
)

// Transfer is a file that alice@hotmail.com, whose switchboard is captured,
// sends to bob@hotmail.com.
type Transfer struct {
	File           []byte
	Name           string
	SenderConnects bool // bob waits for the connection, not alice
	NoEnd          bool // without the block 01 00 00, as many programs do
}

// NewTransfer returns a transfer of n bytes that differ from place to place.
func NewTransfer(n int) Transfer {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, rng.Uint64())
	}
	return Transfer{File: b[:n], Name: "holiday.jpg"}
}

var (
	alice = netip.MustParseAddr("10.0.0.9")
	bob   = netip.MustParseAddr("10.0.0.23")
)

// transferPort is where the official clients listen.
const transferPort = 6891

// Invitation is the switchboard. It begins at 1e18 and is left open.
func (tr Transfer) Invitation() Conversation {
	c := Conversation{
		Addr: [2]netip.AddrPort{netip.AddrPortFrom(alice, 1050), netip.MustParseAddrPort("64.4.13.58:1863")},
		ISN:  [2]uint32{1000, 2000}, Start: 1e18, End: EndOpen,
	}
	say := func(side int, format string, a ...any) {
		c.Turns = append(c.Turns, Turn{Side: side, Data: fmt.Appendf(nil, format, a...)})
	}
	invite := func(side int, fields ...string) {
		body := "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n"
		if side == 0 {
			say(0, "MSG %d N %d\r\n%s", len(c.Turns), len(body), body)
		} else {
			say(1, "MSG bob@hotmail.com Bob %d\r\n%s", len(body), body)
		}
	}
	say(0, "USR 1 alice@hotmail.com 17262740.1050826919.32308\r\n")
	say(1, "USR 1 OK alice@hotmail.com Alice\r\n")
	say(0, "CAL 2 bob@hotmail.com\r\n")
	say(1, "CAL 2 RINGING 11752013\r\n")
	say(1, "JOI bob@hotmail.com Bob\r\n")
	invite(0, "Application-Name: File Transfer", "Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}",
		"Invitation-Command: INVITE", "Invitation-Cookie: 33267", "Application-File: "+tr.Name,
		fmt.Sprintf("Application-FileSize: %d", len(tr.File)), "Connectivity: N")
	wait := func(side int, who netip.Addr, more ...string) {
		invite(side, append([]string{"Invitation-Command: ACCEPT", "Invitation-Cookie: 33267", "IP-Address: " + who.String(),
			fmt.Sprintf("Port: %d", transferPort), "AuthCookie: 93301", "Launch-Application: FALSE", "Request-Data: IP-Address:"}, more...)...)
	}
	if tr.SenderConnects {
		wait(1, bob, "Sender-Connect: TRUE")
		return c
	}
	invite(1, "Invitation-Command: ACCEPT", "Invitation-Cookie: 33267", "Launch-Application: FALSE", "Request-Data: IP-Address:")
	wait(0, alice)
	return c
}

// Connection is the connection that carries the file, a second later.
func (tr Transfer) Connection() Conversation {
	opens, waits, receiver := bob, alice, 0
	if tr.SenderConnects {
		opens, waits, receiver = alice, bob, 1
	}
	c := Conversation{
		Addr: [2]netip.AddrPort{netip.AddrPortFrom(opens, 1090), netip.AddrPortFrom(waits, transferPort)},
		ISN:  [2]uint32{7, 1 << 31}, Start: 1e18 + 1e9, Step: 1e5,
	}
	say := func(side int, p []byte) { c.Turns = append(c.Turns, Turn{Side: side, Data: p}) }
	say(receiver, []byte("VER MSNFTP\r\n"))
	say(1-receiver, []byte("VER MSNFTP\r\n"))
	say(receiver, []byte("USR bob@hotmail.com 93301\r\n"))
	say(1-receiver, fmt.Appendf(nil, "FIL %d\r\n", len(tr.File)))
	say(receiver, []byte("TFR\r\n"))
	var blocks []byte
	for rest := tr.File; len(rest) > 0; {
		n := min(len(rest), 2045)
		blocks = append(blocks, 0, byte(n), byte(n>>8))
		blocks = append(blocks, rest[:n]...)
		rest = rest[n:]
	}
	if !tr.NoEnd {
		blocks = append(blocks, 1, 0, 0)
	}
	say(1-receiver, blocks)
	say(receiver, []byte("BYE 16777989\r\n"))
	return c
}
