// This file is what people see of the held commands and the connections, and
// what they can do by hand.

package proxy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"msnscope/captures/event"
	"msnscope/decode"
)

// HeldCommand is what a list shows of a held command. Times are Unix µs.
type HeldCommand struct {
	ID       int64  `json:"id"`
	Conn     int64  `json:"conn"`
	Role     string `json:"role"`
	Account  string `json:"account"`
	Dir      string `json:"dir"`
	Cmd      string `json:"cmd"`
	TrID     int64  `json:"trid"` // -1: none
	Size     int    `json:"size"`
	Summary  string `json:"summary"`
	By       string `json:"by"`
	At       int64  `json:"at"`
	Deadline int64  `json:"deadline"` // 0: never
	Drop     bool   `json:"drop"`     // what happens then
	Behind   int    `json:"behind"`   // commands that wait behind it
	Client   string `json:"client"`
	Server   string `json:"server"`
}

// LiveConn is a connection that something can be sent on.
type LiveConn struct {
	ID      int64  `json:"id"` // what conn: means in a rule
	Role    string `json:"role"`
	Account string `json:"account"`
	Dialect string `json:"dialect"`
	Client  string `json:"client"`
	Server  string `json:"server"`
	Opened  int64  `json:"opened"` // Unix µs
}

// Intercepted is what is held at one time, what could be sent on, and what was
// done by hand or in time.
type Intercepted struct {
	Rev   int64         `json:"rev"`
	Held  []HeldCommand `json:"held"`
	Conns []LiveConn    `json:"conns"`
	Done  []Done        `json:"done"`
}

// maxSummary bounds the summary of a held command in bytes.
const maxSummary = 300

// Intercepted returns the present state.
func (p *Proxy) Intercepted() Intercepted {
	s := Intercepted{Held: []HeldCommand{}, Conns: []LiveConn{}}
	p.mu.Lock()
	conns := make([]*conn, 0, len(p.conns))
	for c := range p.conns {
		conns = append(conns, c)
	}
	p.mu.Unlock()
	for _, c := range conns {
		if l, ok := c.live(); ok {
			s.Conns = append(s.Conns, l)
		}
	}
	slices.SortFunc(s.Conns, func(a, b LiveConn) int { return cmp.Compare(a.ID, b.ID) })

	k := &p.desk
	k.mu.Lock()
	defer k.mu.Unlock()
	s.Rev = k.rev
	s.Done = append([]Done{}, k.done...)
	for _, h := range k.held {
		if !h.Asked {
			s.Held = append(s.Held, h.info())
		}
	}
	return s
}

// live describes a connection on which commands can be sent.
func (c *conn) live() (l LiveConn, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil || c.aborted || c.ended[0] && c.ended[1] || c.pumps[0].unframed || c.pumps[0].heads != nil {
		return l, false
	}
	role, account := c.known() // not before it is connected: until then its own goroutine may change anything
	return LiveConn{
		ID: c.number, Role: role.String(), Account: account, Dialect: decode.Dialect(c.dialect.Load()).String(),
		Client: c.remote.String(), Server: c.addr.String(), Opened: c.opened.UnixMicro(),
	}, true
}

// info is what a list shows of h. desk.mu is held.
func (h *Held) info() HeldCommand {
	e := &h.Event
	i := HeldCommand{
		ID: h.ID, Conn: e.Connection, Role: e.Role.String(), Account: e.Account, Dir: e.Dir.String(), Cmd: e.Cmd(), TrID: e.TrID,
		Size: len(e.Raw), Summary: e.Summary(), By: h.By, At: h.At.UnixMicro(), Drop: h.Drop, Behind: h.behind,
		Client: h.conn.remote.String(), Server: h.conn.addr.String(),
	}
	if len(i.Summary) > maxSummary {
		i.Summary = i.Summary[:maxSummary] + "…"
	}
	if !h.Deadline.IsZero() {
		i.Deadline = h.Deadline.UnixMicro()
	}
	return i
}

// InterceptChanged returns what is closed when the state has changed.
func (p *Proxy) InterceptChanged() (rev int64, changed <-chan struct{}) { return p.desk.watch() }

// HeldEvent returns a held command as an event, nil if it is held no more.
func (p *Proxy) HeldEvent(id int64) (*event.Event, *event.Connection) {
	h := p.desk.find(id)
	if h == nil {
		return nil, nil
	}
	return &h.Event, &event.Connection{
		ID: h.Event.Connection, Role: h.Event.Role, Client: h.conn.remote, Server: h.conn.addr, Live: true,
	}
}

func (k *desk) find(id int64) *Held {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range k.held {
		if h.ID == id {
			return h
		}
	}
	return nil
}

// Hand is what somebody does to a held command, or sends.
type Hand struct {
	Act    string // "forward", "drop", "edit"
	By     string // who: a window, a script
	Data   []byte // edit: what is delivered
	Mend   bool   // the lengths of payloads are made right
	Before []byte // sent along
	After  []byte
	// Fresh gives requests to the server that are sent along, or injected, an
	// id of their own, whose answers the client does not see.
	Fresh bool
}

func (h *Hand) ready(b []byte, dir decode.Direction) ([]byte, error) {
	if len(b) > MaxInject {
		return nil, errTooLong
	}
	b = EndLine(b)
	if h.Mend {
		b = MendLength(b, dir)
	}
	return b, nil
}

func (h *Hand) by() string {
	if h.By == "" {
		return "hand"
	}
	return fmt.Sprintf("%.60s", h.By)
}

// Resolve does what somebody wants to a held command. It fails with ErrDecided
// if somebody else, or the deadline, was faster.
func (p *Proxy) Resolve(id int64, hand Hand) error {
	h := p.desk.find(id)
	if h == nil {
		return ErrDecided
	}
	v := Verdict{By: hand.by(), Own: hand.Fresh}
	var err [3]error
	dir := h.Event.Dir
	v.Before, err[0] = hand.ready(hand.Before, dir)
	v.After, err[1] = hand.ready(hand.After, dir)
	switch hand.Act {
	case "forward":
	case "drop":
		v.Replace = true
	case "edit":
		if v.Data, err[2] = hand.ready(hand.Data, dir); len(v.Data) == 0 && err[2] == nil {
			err[2] = errNothing
		}
		v.Replace = !bytes.Equal(v.Data, h.Event.Raw)
	default:
		return fmt.Errorf("a held command can be forwarded, dropped or edited, not %q", hand.Act)
	}
	if err := errors.Join(err[:]...); err != nil {
		return err
	}
	return h.Resolve(v)
}

// ResolveAll forwards or drops everything that is held, and returns how much
// that was.
func (p *Proxy) ResolveAll(hand Hand) (n int) {
	for _, h := range p.Intercepted().Held {
		if p.Resolve(h.ID, hand) == nil {
			n++
		}
	}
	return n
}

// Inject sends a command on a live connection, between two commands of that
// direction. It returns what is sent, which may have got another id.
func (p *Proxy) Inject(number int64, dir decode.Direction, hand Hand) ([]byte, error) {
	var c *conn
	p.mu.Lock()
	for o := range p.conns {
		if o.number == number {
			c = o
		}
	}
	p.mu.Unlock()
	if c == nil {
		return nil, errGone
	}
	data, err := hand.ready(hand.Data, dir)
	if err != nil {
		return nil, err
	}
	if hand.Fresh && dir == decode.C2S {
		if data, err = c.ownTrIDs(data); err != nil {
			return nil, err
		}
	}
	if err := c.inject(dir, data, hand.by()); err != nil {
		return nil, err
	}
	k := &p.desk
	k.mu.Lock()
	k.log(Done{What: "injected", By: hand.by(), Conn: number, Dir: dir.String(), Cmd: string(data[:min(3, len(data))])})
	k.mu.Unlock()
	return data, nil
}
