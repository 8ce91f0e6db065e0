// Package event defines what a capture consists of once it is understood:
// events, the connections they happened on and the sessions these belong to,
// with their JSON form. It is the common language of the packages under
// captures, of the command line and of the page.
package event

import (
	"net/netip"

	"msnscope/decode"
	"msnscope/decode/conform"
	"msnscope/decode/msnftp"
)

// Kind says what an Event is.
type Kind uint8

// The kinds of events.
const (
	Command Kind = iota // one whole command
	Raw                 // bytes that are no whole command
	Gap                 // packets missing from the capture
	Note                // something the proxy did or saw: opened, closed, refused ...
)

var kindNames = [...]string{"command", "raw", "gap", "note"}

// String returns the kind's name in the JSON.
func (k Kind) String() string { return kindNames[k] }

// Ids are made of the capture's number and a count within it, so that they
// stay the same when the index is rebuilt, whatever was indexed side by side.
const (
	EventsPerCapture      = 1_000_000_000 // event id = capture * this + n, n from 1
	ConnectionsPerCapture = 1_000_000     // connection and session ids likewise
)

// Event is one row of the log.
type Event struct {
	ID         int64
	Connection int64
	// Session is not stored with the event: a connection may show only later
	// to which sign-in it belongs. The store fills it in from the connection
	// when an event is read; the follower leaves it 0.
	Session   int64
	Time      int64 // Unix time in nanoseconds of the packet with the last byte
	N         int64 // Command: its number on this connection and direction, from 0; else -1
	Kind      Kind
	Dir       decode.Direction
	Role      decode.Role    // of the connection, as known at this event
	Dialect   decode.Dialect // likewise
	Account   string         // the connection's user, as known at this event
	Raw       []byte         // line, line end and payload; or the bytes of a Raw event
	Line      int            // Command: length of the line in Raw without its end
	Body      int            // Command: offset of the payload in Raw, len(Raw) if none
	TrID      int64          // -1 if the command carries none
	Text      string         // Raw: why; Note: the words after its name; else ""
	Note      string         // Note: its name: "opened", "closed", "refused" ...
	Missing   int64          // Gap: number of missing bytes, -1 if unknown
	Quiet     int64          // nanoseconds since the connection's event before, -1 for its first
	Delivered []byte         // what reached the other end instead of Raw; nil when the same
	Answers   int64          // id of the command that this one answers, 0 if none
	Latency   int64          // nanoseconds since that command
	Partial   bool           // Raw: a piece of a command cut by a gap or by the end
	// Warnings are the rules of the protocol that are broken here. One may be
	// about an event before this one: see its Event.
	Warnings []conform.Note
	// Unanswered: a request whose answer has not come so far. The follower sets
	// it on every request; the store keeps it up to date.
	Unanswered bool
	// Mark is what a user has added. Like Session it is filled in by the store.
	Mark Mark
	// Chat is what the connection is a part of, nil if of none. Like Session it is
	// filled in when an event is read, by who has a filter that asks for it.
	Chat *Chat
}

// Chat is one switchboard session, whoever's connections showed it.
type Chat struct {
	ID     int64    // of its first connection in the capture
	Key    string   // switchboard session id, "" while nobody has said it
	People []string // handles of all who are or were in it
}

// Severity returns that of the worst warning; ok is false if there is none.
func (e *Event) Severity() (worst conform.Severity, ok bool) {
	for i := range e.Warnings {
		worst = max(worst, e.Warnings[i].Severity)
	}
	return worst, len(e.Warnings) > 0
}

// Cmd returns the command's name, "" for other kinds.
func (e *Event) Cmd() string {
	if e.Kind != Command || e.Line < 3 {
		return ""
	}
	return string(e.Raw[:3])
}

// Frame returns the bytes of a Command or Raw event as the framing had them, but
// for their offset in the stream.
func (e *Event) Frame() decode.Frame {
	f := decode.Frame{Raw: e.Raw, Line: e.Line, Body: e.Body, Why: e.Text, Partial: e.Partial}
	if e.Kind == Raw {
		f.Kind = decode.FrameRaw
	}
	return f
}

// Annotate explains a Command event.
func (e *Event) Annotate() decode.Annotation {
	var a decode.Annotation
	e.AnnotateInto(&a)
	return a
}

// AnnotateInto is Annotate for many events, one after the other: see
// decode.AnnotateInto.
func (e *Event) AnnotateInto(a *decode.Annotation) {
	if e.Role == decode.RoleFT {
		*a = msnftp.Annotate(e.Raw)
		return
	}
	decode.AnnotateInto(a, e.Raw, e.Line, e.Body, decode.Context{
		Dir: e.Dir, Role: e.Role, Dialect: e.Dialect, Account: e.Account,
	})
}

// ViaGateway begins the Via of a connection that is carried in HTTP requests.
const ViaGateway = "HTTP gateway"

// Connection is one TCP stream; or what is carried inside the requests to an
// HTTP gateway, on TCP connections of their own (role GW).
type Connection struct {
	ID      int64          `json:"id"`
	Session int64          `json:"session"`
	Role    decode.Role    `json:"-"`
	Dialect decode.Dialect `json:"-"`
	Client  netip.AddrPort `json:"client"`
	Server  netip.AddrPort `json:"server"`
	Account string         `json:"account,omitempty"`
	Chat    string         `json:"chat,omitempty"` // switchboard session id
	People  []string       `json:"-"`              // switchboard: handles of those who were there or came, as written
	Opened  int64          `json:"-"`              // Unix ns of the first packet
	Closed  int64          `json:"-"`              // Unix ns of the last one, 0 while open
	Via     string         `json:"via,omitempty"`  // "" for a plain TCP connection, else through what it goes: ViaGateway ..., "SOCKS5 to HOST:PORT"
	How     string         `json:"how,omitempty"`  // how it ended: "FIN", "RST", "end of capture", "proxy stopped"
	Live    bool           `json:"live"`           // recorded by a proxy and still open
	MSNP    bool           `json:"msnp"`           // MSNP or MSNFTP; false: shown as raw bytes only
	Events  int64          `json:"events"`
	Bytes   [2]int64       `json:"bytes"`          // c2s, s2c
	File    *Transfer      `json:"file,omitempty"` // role FT: what is transferred
}

// Session is one sign-in with all its connections.
type Session struct {
	ID      int64
	Account string // handle of the user, "" when never said
	Name    string // friendly name, decoded
	Client  string // client program from CVR: "MSMSGS 4.6.0073"
	Dialect decode.Dialect
	From    netip.Addr     // the client's address
	Server  netip.AddrPort // the first server spoken to
	Started int64          // Unix ns
	Ended   int64          // Unix ns of the last event
	Live    bool           // a connection of it is open on a running proxy
	Events  int64
	Errors  int64 // error replies
	Chats   int64 // switchboard connections
	Bytes   int64
	Conns   []int64 // connection ids in order of opening
	// The store fills these in.
	Imported bool  // its capture was not recorded here
	Label    Label // what a user has added
}
