// This file sends commands that no peer has sent: between whole commands, with
// transaction ids that the client does not use, whose answers it does not see.

package proxy

import (
	"errors"
	"fmt"

	"msnscope/captures/event"
	"msnscope/decode"
)

const (
	// firstTrID is the first transaction id of injected requests; they count
	// down from there. Clients count up from 0 or 1 and end at 2^32-1 at most
	// (draft 5.2: "between 0 and 4294967295").
	firstTrID = 4_000_000_000
	// maxInjected bounds the injected requests of a connection, whose ids are
	// kept to know their answers.
	maxInjected = 4096
	// maxInbox bounds what waits to be injected into a direction.
	maxInbox = 256
	// MaxInject is the longest command that can be injected or put in place of
	// another one, the shortest of which has four bytes: each is the place of
	// an edit.
	MaxInject = 4 * maxQuoted
)

// Why something cannot be injected.
var (
	errGone     = errors.New("that connection has ended")
	errBusy     = errors.New("too much waits to be sent on that connection")
	errNoMSNP   = errors.New("nothing can be sent on a file transfer or a gateway's connection")
	errTooLong  = fmt.Errorf("a command of more than %d bytes cannot be sent", MaxInject)
	errNothing  = errors.New("there is nothing to send")
	errLost     = errors.New("the commands of that direction cannot be told apart any more")
	errManyTrID = errors.New("that connection has had too many injected requests")
)

// injection is a command to be sent on a connection.
type injection struct {
	data []byte
	by   string
}

// inject has data sent in a direction of c, as soon as that is between two
// commands.
func (c *conn) inject(dir decode.Direction, data []byte, by string) error {
	switch {
	case len(data) == 0:
		return errNothing
	case len(data) > MaxInject:
		return errTooLong
	}
	c.mu.Lock()
	switch {
	case c.server != nil && (c.pumps[dir].unframed || c.pumps[dir].heads != nil):
		c.mu.Unlock()
		return errNoMSNP
	case c.server == nil || c.aborted || c.ended[dir] || c.broken[dir]:
		c.mu.Unlock()
		return errGone
	case len(c.inbox[dir]) >= maxInbox:
		c.mu.Unlock()
		return errBusy
	case c.pumps[dir].lost.Load():
		c.mu.Unlock()
		return errLost
	}
	c.inbox[dir] = append(c.inbox[dir], injection{data, by})
	c.mu.Unlock()
	c.wake(dir)
	return nil
}

// ownTrIDs gives the requests to be injected ids of their own; what answers them
// will not reach the client. A command without an id is returned as it is.
func (c *conn) ownTrIDs(data []byte) ([]byte, error) {
	framer := decode.Framer{Dir: decode.C2S, Dialect: decode.Dialect(c.dialect.Load())}
	framer.Feed(data)
	out := make([]byte, 0, len(data)+16)
	var fr decode.Frame
	for framer.Next(&fr) {
		one := fr.Raw
		if fr.Kind == decode.FrameCommand {
			var err error
			if one, err = c.ownTrID(one); err != nil {
				return data, err
			}
		}
		out = append(out, one...)
	}
	return append(out, data[len(data)-framer.Pending():]...), nil
}

// ownTrID is ownTrIDs for one command.
func (c *conn) ownTrID(data []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.swallow) >= maxInjected {
		return data, errManyTrID
	}
	id := int64(firstTrID) - int64(len(c.swallow))
	out, ok := withTrID(data, id)
	if !ok {
		return data, nil
	}
	if c.swallow == nil {
		c.swallow = make(map[int64]bool)
	}
	c.swallow[id] = true
	c.injected.Store(true)
	return out, nil
}

// swallows reports whether a command answers an injected request. An id that
// the client uses too is no longer ours.
func (c *conn) swallows(dir decode.Direction, fr *decode.Frame) bool {
	if !c.injected.Load() {
		return false
	}
	id := decode.TrID(fr.Raw[:fr.Line], dir, decode.Dialect(c.dialect.Load()))
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.swallow[id] {
		return false
	}
	if dir == decode.C2S {
		c.swallow[id] = false
		return false
	}
	return true
}

// takeInbox returns what is to be injected now.
func (c *conn) takeInbox(dir decode.Direction) []injection {
	c.mu.Lock()
	defer c.mu.Unlock()
	in := c.inbox[dir]
	c.inbox[dir] = nil
	return in
}

// injectAll sends what waits to be sent, if the direction is between two
// commands; else it is sent when it is.
func (d *pump) injectAll() bool {
	if d.cut {
		return true
	}
	for _, in := range d.conn.takeInbox(d.dir) {
		if !d.sendOwn(in.data, in.by, false) {
			return false
		}
	}
	return true
}

// sendOwn records and sends a command of the proxy's own, with a transaction id
// of its own if so asked.
func (d *pump) sendOwn(data []byte, by string, own bool) bool {
	if own && d.dir == decode.C2S {
		data, _ = d.conn.ownTrIDs(data) // without one the client sees the answer
	}
	data = d.rerouted(data)
	_ = d.conn.rec.Note(d.dir, event.InjectedComment(d.dir, data, by))
	return d.put(data)
}
