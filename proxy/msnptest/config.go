// This file is what a practice server can be told: its accounts, its addresses
// and the habits of one server or another.

package msnptest

import "time"

// Account is a user of the practice server.
type Account struct {
	Handle   string
	Password string
	Name     string            // friendly name, decoded
	Groups   []string          // names of the groups 0, 1, ...; none: "Other Contacts"
	Phones   map[string]string // PHH PHW PHM MOB MBE, decoded
	Contacts []Contact         // forward list; those not in Block are on the allow list too
	Allow    []string          // handles on the allow list beside them
	Block    []string          // handles on the block list
	Privacy  string            // BLP: "AL" (default) or "BL"
}

// Contact is an entry of a list.
type Contact struct {
	Handle string
	Name   string // decoded
	Groups []int  // forward list: ids; none: group 0
}

// Config says what a Server is. Accounts and addresses are enough.
type Config struct {
	Accounts []Account

	// Addresses to listen on: dispatch, notification and switchboard servers,
	// any number of each. The same address (with a port other than 0) in two of
	// them is one listener for both; without DS, clients go to an NS directly.
	DS, NS, SB []string
	// All is one address for everything, in place of the three.
	All string

	// Announce turns the address of a listener into the one given to clients
	// (XFR, RNG); nil: as it is.
	Announce func(addr string) string
	// PickNS and PickSB choose which of n servers a handle is sent to; nil: each in turn.
	PickNS, PickSB func(handle string, n int) int
	// XFRNS is the line by which a dispatch server sends clients on, without
	// its end; nil: in the form of the dialect.
	XFRNS func(dialect int, trid, addr, current string) string

	MaxDialect int     // highest dialect, 2 to 7; 0: 7
	OneDialect bool    // VER is answered with one dialect, not with all common ones
	RawUTF8    bool    // names leave the server with their non-ASCII bytes unescaped
	EchoOUT    bool    // OUT is answered by OUT
	Writing    Writing // OneEach, Glued or Pieces
	Seed       uint64  // of Pieces, challenges and cookies

	NoChallenge      bool          // no CHL
	ChallengeTimeout time.Duration // 0: 50 s
	SwitchboardIdle  time.Duration // a member silent for so long is dropped (BYE x 1); 0: never
	Record           bool          // keep what every connection sent and received
}

const (
	defaultChallengeTimeout = 50 * time.Second // what the service gave
	cookieLifetime          = 2 * time.Minute  // tokens of the service lived 1 to 2 minutes
	maxGroups               = 30               // ids 0 to 29
	maxGroupName            = 61               // bytes, encoded
	maxFriendlyName         = 387              // bytes, encoded: 129 characters times 3
	maxForwardList          = 150              // of 2003; 75 in 2001
	maxChatPayload          = 1664             // longer ones end the switchboard connection
	maxQueued               = 8 << 20          // bytes waiting for a client that does not read
	writeTimeout            = 10 * time.Second
	lingerTimeout           = 2 * time.Second // for the other end's FIN after ours
)
