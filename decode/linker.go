// This file joins connections into sessions: the dispatch, notification,
// switchboard and transfer connections of one sign-in.

package decode

import (
	"net/netip"
	"strings"
	"time"
)

// Limits of the Linker.
const (
	// RedirectLife is how long after an XFR NS a sign-in of the same handle from
	// the same client is taken for its continuation.
	RedirectLife = 2 * time.Minute
	// DecideAfter is how many frames of a connection may pass before its session
	// is decided with what is known by then. A sign-in has five or six commands
	// before the one that names the user.
	DecideAfter = 64
	// maxCookies is how many of the cookies handed out last are remembered. They
	// are good for one or two minutes, but captures may hold their switchboards
	// long after other traffic.
	maxCookies = 1 << 16
	// maxPromises is how many XFR NS are remembered.
	maxPromises = 1 << 12
)

// Linker gives every connection its session. Sessions are numbered from 1 in
// the order in which they turn out to exist. It has no clock: the times of the
// packets are passed in.
//
// A connection's session is decided by its first command that says who it is
// and never changes afterwards, so its owner holds the first few frames back:
//
//	l.Open(conn, client)
//	for each frame of the connection, in the order captured:
//		l.Observe(conn, c, dir, f, at)
//		session, ok := l.Session(conn) // once ok, always the same
//	l.Close(conn)                      // decides, if nothing was said at all
//
// What joins a connection to an earlier one:
//
//   - a switchboard: the cookie it was opened with, which an XFR SB or RNG of the
//     session handed out to the same account; else the newest open session of
//     the account, one from the same client address before others;
//   - a DS or NS: an XFR NS within RedirectLife to the same handle at the same
//     client address;
//   - a file transfer: its owner, with Join.
//
// A Linker is not safe for use by several goroutines.
type Linker struct {
	last     int64 // newest session number
	conns    map[int64]*linkedConn
	open     map[string][]*linkedSession // open sessions by folded account, oldest first
	cookies  recent[string, cookieGrant]
	promises recent[promiseKey, promise]
}

// linkedConn is an open connection.
type linkedConn struct {
	linker  *Linker // nil when it is closed
	number  int64
	client  netip.Addr
	frames  int
	facts   *Conn
	session *linkedSession // nil while undecided
}

// settled is what a Linker has said of a connection for good.
type settled struct {
	linker        *Linker
	conn, session int64
}

// linkedSession is a session that an open connection, a cookie or a promise
// still leads to.
type linkedSession struct {
	number  int64
	account string // folded; "" while unknown
	client  netip.Addr
	dialect Dialect
	conns   int // open connections
}

// cookieGrant is a cookie that a server handed out on a session.
type cookieGrant struct {
	session *linkedSession
	account string
}

// promiseKey names who was sent to another NS.
type promiseKey struct {
	client  netip.Addr
	account string
}

// promise is an XFR NS to follow. session is nil once it was followed.
type promise struct {
	session *linkedSession
	at      time.Time
}

// NewLinker returns a Linker that knows no connection.
func NewLinker() *Linker {
	return &Linker{conns: map[int64]*linkedConn{}, open: map[string][]*linkedSession{}}
}

// Open tells of a new connection from client. Its number must be new.
func (l *Linker) Open(conn int64, client netip.Addr) {
	l.conns[conn] = &linkedConn{linker: l, number: conn, client: client.Unmap()}
}

// Session returns the session of an open connection; ok is false while it is
// not decided.
func (l *Linker) Session(conn int64) (session int64, ok bool) {
	k := l.conns[conn]
	if k == nil || k.session == nil {
		return 0, false
	}
	return k.session.number, true
}

// Observe tells of the frame f of dir, which c has just learned from; at is when
// its last byte was captured. It returns the connection's session, 0 while it is
// not decided. A switchboard that joins a session inherits its dialect.
func (l *Linker) Observe(conn int64, c *Conn, dir Direction, f *Frame, at time.Time) (session int64) {
	if c.settled.linker == l && c.settled.conn == conn && (f.Kind != FrameCommand || c.Role != RoleNS && c.Role != RoleDS) {
		return c.settled.session // a look at k would wait for memory
	}
	k := c.linked // saves the look-up
	if k == nil || k.linker != l || k.number != conn {
		if k = l.conns[conn]; k == nil {
			return 0
		}
		c.linked = k
	}
	k.facts = c
	if k.session == nil {
		k.frames++
		if !tells(c, dir, f) && k.frames < DecideAfter {
			return 0
		}
		l.decide(k, at)
	}
	s := k.session
	c.settled = settled{l, conn, s.number}
	if f.Kind != FrameCommand || c.Role != RoleNS && c.Role != RoleDS {
		return s.number
	}
	if c.Dialect != 0 {
		s.dialect = c.Dialect
	}
	if s.account == "" && c.Account != "" {
		l.name(s, strings.ToLower(c.Account))
	}
	if dir == S2C {
		if key := nameKey(f.Raw); key == kXFR || key == kRNG {
			l.redirected(k, f, at)
		}
	}
	return s.number
}

// Decide decides the session of an open connection with what is known now, if
// that has not happened, and returns it.
func (l *Linker) Decide(conn int64, at time.Time) int64 {
	k := l.conns[conn]
	if k == nil {
		return 0
	}
	if k.session == nil {
		l.decide(k, at)
	}
	return k.session.number
}

// Joinable returns the numbers of the sessions that have an open connection, or
// that another one may still join. The others are over.
func (l *Linker) Joinable() map[int64]bool {
	numbers := make(map[int64]bool)
	for _, k := range l.conns {
		if k.session != nil {
			numbers[k.session.number] = true
		}
	}
	l.cookies.each(func(_ string, g cookieGrant) { numbers[g.session.number] = true })
	l.promises.each(func(_ promiseKey, p promise) {
		if p.session != nil {
			numbers[p.session.number] = true
		}
	})
	return numbers
}

// Join puts a connection whose session is not decided into a session, as the
// owner of a file transfer knows it by the invitation. It reports whether that
// was possible: the session must have an open connection.
func (l *Linker) Join(conn, session int64) bool {
	k := l.conns[conn]
	if k == nil || k.session != nil {
		return false
	}
	for _, other := range l.conns {
		if s := other.session; s != nil && s.number == session {
			l.attach(k, s)
			return true
		}
	}
	return false
}

// Close tells that a connection has ended and returns its session.
func (l *Linker) Close(conn int64, at time.Time) int64 {
	session := l.Decide(conn, at)
	if k := l.conns[conn]; k != nil {
		delete(l.conns, conn)
		k.linker = nil
		if k.session.conns--; k.session.conns == 0 {
			l.unlist(k.session)
		}
	}
	return session
}

// tells reports whether f shows which session its connection belongs to, or that
// it will never be said.
func tells(c *Conn, dir Direction, f *Frame) bool {
	if f.Kind != FrameCommand {
		return false
	}
	if c.Role == RoleSB {
		return true
	}
	switch key := nameKey(f.Raw); key {
	case kVER, kINF, kCVR, kCVQ, kPNG, kQNG, kOUT:
		return false
	case kUSR:
		// "USR 1 OK al@example.com Al", with nothing before it, may be an NS's or
		// a switchboard's: the next command tells.
		return c.Account != "" && (dir == C2S || c.Role != RoleUnknown)
	default:
		return !isDigit(f.Raw[0])
	}
}

// decide joins k to an earlier session or gives it one of its own.
func (l *Linker) decide(k *linkedConn, at time.Time) {
	c := k.facts
	if c == nil {
		c = &Conn{}
	}
	account := strings.ToLower(c.Account)
	s := l.earlier(k, c, account, at)
	if s == nil {
		l.last++
		s = &linkedSession{number: l.last, account: account, client: k.client}
	}
	l.attach(k, s)
	if c.Role == RoleSB {
		c.Inherit(s.dialect)
	}
}

// earlier finds the session that a connection continues, nil if none.
func (l *Linker) earlier(k *linkedConn, c *Conn, account string, at time.Time) *linkedSession {
	if c.Role == RoleSB {
		g, ok := l.cookies.get(c.Cookie)
		if ok && c.Cookie != "" && (g.account == "" || account == "" || g.account == account) {
			return g.session
		}
		if account == "" {
			return nil
		}
		sessions := l.open[account]
		for i := len(sessions) - 1; i >= 0; i-- {
			if sessions[i].client == k.client {
				return sessions[i]
			}
		}
		if n := len(sessions); n > 0 {
			return sessions[n-1]
		}
		return nil
	}
	if account == "" {
		return nil
	}
	key := promiseKey{k.client, account}
	p, ok := l.promises.get(key)
	if !ok || p.session == nil || at.Sub(p.at) > RedirectLife {
		return nil
	}
	l.promises.put(key, promise{}, maxPromises) // it is followed once
	return p.session
}

// redirected remembers where an XFR or RNG leads.
func (l *Linker) redirected(k *linkedConn, f *Frame, at time.Time) {
	line := f.Raw[:f.Line]
	r, ok := ParseRedirect(line)
	s := k.session
	switch {
	case !ok:
	case r.Kind == RedirectNS:
		if account := strings.ToLower(k.facts.Account); account != "" && !r.Reset() {
			l.promises.put(promiseKey{k.client, account}, promise{s, at}, maxPromises)
		}
	case r.Cookie.Len() > 0 && r.Cookie.Len() <= maxFact:
		l.cookies.put(string(r.Cookie.Of(line)), cookieGrant{s, s.account}, maxCookies)
	}
}

func (l *Linker) attach(k *linkedConn, s *linkedSession) {
	k.session = s
	if s.conns++; s.conns == 1 && s.account != "" {
		l.open[s.account] = append(l.open[s.account], s)
	}
}

// name tells whose session s is. s is open.
func (l *Linker) name(s *linkedSession, account string) {
	s.account = account
	l.open[account] = append(l.open[account], s)
}

func (l *Linker) unlist(s *linkedSession) {
	list := l.open[s.account]
	for i, other := range list {
		if other == s {
			list = append(list[:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(l.open, s.account)
		return
	}
	l.open[s.account] = list
}
