// This file holds the decoding state of one connection: the framers of its two
// directions and what has been learned about it. learn.go does the learning.

package decode

// Conn is the decoding state of one connection. The exported fields are what
// has been said on it so far; a fact that a command establishes is there when
// emit is called for that very command: at "USR 1 a@b.c 17.4" the role is SB
// already.
type Conn struct {
	Role    Role    // RoleUnknown until a command tells
	Dialect Dialect // 0 until the server's VER, or until Inherit
	Account string  // handle of the client's user, as written
	// FriendlyName is the user's name, still percent-encoded.
	FriendlyName  string
	ClientVersion string // program and version of the client's CVR: "MSMSGS 4.6.0073"
	Cookie        string // what the client showed a switchboard
	Chat          string // session id of the switchboard

	framers  [2]Framer
	frames   [2]Frame // what emit is shown; kept here so that Feed does not allocate
	requests transactions
	linked   *linkedConn // for the Linker that observes it
	settled  settled

	offered uint64  // dialects of the client's VER, bit n for MSNPn
	login   int64   // TrID of the client's newest USR; -1 for none
	roster  bool    // the server has answered as only an NS does
	shown   Dialect // oldest dialect that has a command seen, while Dialect is 0
}

// NewConn returns the state of a connection on which nothing has been said.
func NewConn() *Conn {
	c := &Conn{login: -1}
	c.framers[S2C].Dir = S2C
	return c
}

// Framer returns the framer of a direction, to ask it for Pending and Lost, or
// to set MidStream before the first Feed. Frames come from Feed only.
func (c *Conn) Framer(dir Direction) *Framer { return &c.framers[dir] }

// Inherit sets the dialect of a connection that has no VER of its own: a
// switchboard speaks that of the NS connection which it belongs to.
func (c *Conn) Inherit(d Dialect) {
	if c.Dialect == 0 && d != 0 {
		c.setDialect(d)
	}
}

// Feed hands over the next bytes of a direction and calls emit for each frame
// that they complete. f is valid during the call only.
func (c *Conn) Feed(dir Direction, p []byte, emit func(dir Direction, f *Frame)) {
	c.framers[dir].Feed(p)
	c.drain(dir, emit)
}

// Gap tells that n bytes of a direction are missing here (n < 0: unknown).
func (c *Conn) Gap(dir Direction, n int64, emit func(dir Direction, f *Frame)) {
	c.framers[dir].Gap(n)
	c.drain(dir, emit)
}

// CloseWrite tells that a direction has ended and emits what is left of it.
func (c *Conn) CloseWrite(dir Direction, emit func(dir Direction, f *Frame)) {
	c.framers[dir].Close()
	c.drain(dir, emit)
}

func (c *Conn) drain(dir Direction, emit func(dir Direction, f *Frame)) {
	f := &c.frames[dir]
	for c.framers[dir].Next(f) {
		if f.Kind == FrameCommand {
			c.learn(dir, f)
		}
		emit(dir, f)
	}
	f.Raw = nil // do not hold on to the piece fed
}

// Context returns what Annotate wants to know about a command of dir.
func (c *Conn) Context(dir Direction) Context {
	return Context{Dir: dir, Role: c.Role, Dialect: c.Dialect, Account: c.Account}
}

func (c *Conn) setDialect(d Dialect) {
	c.Dialect = d
	c.framers[C2S].Dialect, c.framers[S2C].Dialect = d, d
}

// show notes that a command was seen which no dialect before d has. While the
// dialect is unknown the framing goes by that; Dialect itself stays unknown.
func (c *Conn) show(d Dialect) {
	if c.Dialect == 0 && d > c.shown {
		c.shown = d
		// It may be any later one too: an ADL can follow the GCF of MSNP11.
		c.framers[C2S].Dialect, c.framers[S2C].Dialect = maxDialect, maxDialect
	}
}
