// This file is what a scripted client can be told to be.

package msnptest

import (
	"context"
	"math/rand/v2"
	"net"
	"strconv"
	"time"
)

// ClientConfig says what a Client is. Handle and Password are enough.
type ClientConfig struct {
	Handle   string
	Password string

	LocalIP  string   // address to connect from, "" any
	Dial     Dial     // nil: a connection of its own
	Dialects []string // words of VER; nil: MSNP7 MSNP6 MSNP5 MSNP4 CVR0
	TrIDs    TrIDs
	Writing  Writing
	Seed     uint64 // of Pieces
	Pipeline bool   // VER, INF and USR, on switchboards USR and CAL, without waiting
	SkipINF  bool   // as gtmess and Net::Msmgr do

	IgnoreRings bool // do not answer RNG; WaitFor finds it
	WrongQRY    bool // answer challenges wrongly
	Record      bool // keep what every connection sent and received, and every redirect
	// Format is the X-MMS-IM-Format of what this user types; "" a plain one.
	Format string
	// Timeout of one request when ctx has no earlier one; 0: 30 s.
	Timeout time.Duration
}

// Dial connects to an address as a server gave it, with a port, for a client
// that cannot do so by itself: it is behind SOCKS, say.
type Dial func(ctx context.Context, address string) (net.Conn, error)

// TrIDs is how a client counts its transactions.
type TrIDs uint8

const (
	// OneCounter counts from 1 over all connections, as libmsn2 and aMSN do.
	OneCounter TrIDs = iota
	// EachConnection counts from 1 on every connection, as Twisted does.
	EachConnection
	// FromZero counts 0, 2, 4, ... on every connection, as gtmess nearly does.
	FromZero
	// Huge counts from 3459705428 on, which a gtmess once began with.
	Huge
)

const hugeTrID = 3459705428 // more than 31 bits hold

// step returns the first id of a connection and the step to the next.
func (t TrIDs) step() (first, step uint64) {
	switch t {
	case FromZero:
		return 0, 2
	case Huge:
		return hugeTrID, 1
	}
	return 1, 1
}

const (
	defaultFormat  = "FN=MS%20Shell%20Dlg; EF=; CO=0; CS=0; PF=0"
	requestTimeout = 30 * time.Second
	maxRedirects   = 5    // a path that sends in circles must end
	maxUnsolicited = 1000 // commands kept for WaitFor
	defaultPort    = "1863"
	clientVersion  = "0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 MSMSGS" // of CVR
)

var defaultDialects = []string{"MSNP7", "MSNP6", "MSNP5", "MSNP4", "CVR0"}

// Redirect is an address that a server gave to a client.
type Redirect struct {
	Command string // "XFR NS", "XFR SB", "RNG"
	Address string // as given
	Current string // XFR NS: the second address, if any
	Cookie  string
	Session string // RNG
}

// ReplyError is an error reply of a server.
type ReplyError struct {
	Code    int
	Request string
}

func (e *ReplyError) Error() string {
	return "the server answered " + strconv.Itoa(e.Code) + " to " + strconv.Quote(e.Request)
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 3)) }
