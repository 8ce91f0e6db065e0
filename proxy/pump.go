// This file carries the bytes of one direction: whole commands, as they came.

package proxy

import (
	"io"
	"net"
	"sync/atomic"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// pump forwards one direction of a connection.
//
// Real peers break when a command is cut or when two are glued that were not,
// so what is read goes on in one write up to the end of the last whole command
// in it. The rest waits for its end, but no longer than Proxy.Hold and no more
// than bufferSize of it; then it goes on as it is, and so does what follows of
// the same command. A line that may be a redirect waits for its end however
// long that takes, or the client would be led past the proxy; so does an
// invitation, with Proxy.FileTransfers.
type pump struct {
	conn   *conn
	dir    decode.Direction
	in     *input // what it holds begins at sent
	dst    net.Conn
	framer decode.Framer
	// unframed: a file transfer, which is no MSNP and goes on as it comes.
	unframed bool
	heads    *heads // an HTTP gateway's: messages instead of commands
	knows    bool   // the role of the connection

	// Positions in the stream as its origin sends it.
	received int64
	sent     int64

	recorded int64
	cut      bool // the command that was forwarded last goes on behind sent

	edits    []event.Edit    // of bytes from sent on, in order
	told     int             // of these, recorded
	comments []event.Comment // on bytes that are not recorded yet
	ends     []int64         // with OneCommandPerWrite: ends of the commands from sent on

	waitsFrom int64     // where the command begins that was last held
	waitsTill time.Time // and until when
	armed     bool      // a read deadline is set,
	armedTill time.Time // this one

	work  *work         // what to do beside forwarding, nil if nothing
	hurry string        // why nothing is waited for any more, "" as long as it is
	woken atomic.Bool   // there is something new to look at
	lost  atomic.Bool   // where commands begin is not known
	bell  chan struct{} // wakes the pump when it does not read; guarded by conn.mu, nil until then
}

// run forwards until the stream has ended.
func (d *pump) run() {
	defer func() { d.abandon(); d.in.drop(d.in.n) }()
	ok := true
	if first := d.in.held(); len(first) > 0 {
		ok = d.take(first)
	}
	for ok {
		if d.blocked() && d.in.full() { // read no further
			d.await()
			ok = d.perform()
			continue
		}
		p, err := d.in.more()
		switch {
		case err == nil:
			ok = d.take(p)
		case err == io.EOF:
			if d.finish() {
				d.conn.end(d.dir, origin[d.dir])
			}
			return
		case isTimeout(err) && d.conn.stopping.Load():
			d.hurry = "the proxy, which was stopped,"
			if d.finish() {
				d.conn.end(d.dir, d.hurry)
			}
			return
		case isTimeout(err):
			ok = d.waited()
		default:
			d.hurry = "the end of the connection"
			if d.finish() {
				d.conn.reset(d.dir, err)
			}
			return
		}
	}
}

// take records the bytes p that have just been received and forwards what
// need not wait. It reports false when the pump must end.
func (d *pump) take(p []byte) bool {
	c := d.conn
	d.received += int64(len(p))
	c.proxy.bytes[d.dir].Add(int64(len(p)))
	switch {
	case d.heads != nil:
		d.messages()
	case !d.unframed:
		d.commands(p)
	}
	if d.work != nil {
		return d.perform()
	}
	d.record(d.received)
	return d.forward(d.until())
}

// record records what was received up to the position to, with its edits.
func (d *pump) record(to int64) {
	if to <= d.recorded {
		return
	}
	for ; d.told < len(d.edits) && d.edits[d.told].Offset < to; d.told++ {
		d.comments = append(d.comments, event.Comment{Edit: &d.edits[d.told]})
	}
	_ = d.conn.rec.Data(d.dir, d.in.held()[d.recorded-d.sent:to-d.sent], d.comments...)
	d.comments = d.comments[:0]
	d.recorded = to
}

// commands looks at the commands that are whole with the bytes p.
func (d *pump) commands(p []byte) {
	d.framer.Dir = d.dir
	d.framer.Dialect = decode.Dialect(d.conn.dialect.Load())
	d.framer.Feed(p)
	var fr decode.Frame
	commands := int64(0)
	for d.framer.Next(&fr) {
		if fr.Kind == decode.FrameCommand {
			commands++
			if !d.knows || fr.Raw[0] != 'M' && fr.Raw[0] != 'N' { // what MSG and NLN, of which there are most, teach
				d.knows = d.conn.learn(d.dir, &fr)
			}
			d.look(&fr)
			if d.conn.injected.Load() || d.conn.proxy.decides() {
				d.decide(&fr)
			}
		}
		if d.conn.proxy.OneCommandPerWrite {
			d.ends = append(d.ends, fr.Offset+int64(len(fr.Raw)))
		}
		if d.work != nil && fr.Kind == decode.FrameCommand {
			d.work.ends = append(d.work.ends, fr.Offset+int64(len(fr.Raw)))
		}
	}
	if lost := d.framer.Lost(); lost != d.lost.Load() {
		d.lost.Store(lost)
	}
	d.conn.proxy.commands[d.dir].Add(commands)
}

// look learns from a whole command what the proxy must know.
func (d *pump) look(fr *decode.Frame) {
	switch fr.Raw[0] {
	case 'V':
		if string(fr.Raw[:3]) == "VER" {
			d.conn.learnDialect(d.dir, fr.Raw[:fr.Line])
		}
	case 'X', 'R':
		if d.mayRedirect() && redirectPrefix(fr.Raw) {
			d.redirect(fr)
		}
	case 'M':
		if d.mayInvite() {
			d.invitation(fr)
		}
	case 'A', 'C':
		if d.mayInvite() {
			d.learnChat(fr.Raw[:fr.Line])
		}
	}
}

func (d *pump) mayRedirect() bool { return d.dir == decode.S2C && !d.conn.route.switchboard }

// mayInvite reports whether invitations are to be looked for.
func (d *pump) mayInvite() bool { return d.conn.proxy.FileTransfers && d.conn.route.switchboard }

// learnDialect notes the dialects of a VER. The one spoken is the highest that
// both sides named.
func (c *conn) learnDialect(dir decode.Direction, line []byte) {
	var named uint64
	for _, w := range decode.Words(make([]decode.Span, 0, 16), line) {
		if n, ok := decode.ParseDialect(string(w.Of(line))); ok && n < 64 {
			named |= 1 << n
		}
	}
	if dir == decode.C2S {
		c.offered.Store(named)
		return
	}
	for n := decode.Dialect(63); n > 0; n-- {
		if named&c.offered.Load()&(1<<n) != 0 {
			c.dialect.Store(uint32(n))
			return
		}
	}
}

// until returns the position up to which bytes may go on now, and arms the
// timer for the rest.
func (d *pump) until() int64 {
	if d.heads != nil {
		return d.wholeHeads()
	}
	start := d.received - int64(d.framer.Pending()) // of the unfinished command
	if start == d.received || start < d.sent || d.framer.Lost() || d.in.full() {
		return d.received
	}
	if d.mayRedirect() && redirectPrefix(d.in.held()[start-d.sent:]) {
		return start
	}
	if d.mayInvite() && decode.MayBeMeeting(d.in.held()[start-d.sent:]) {
		return start
	}
	hold := d.conn.proxy.Hold
	if hold < 0 {
		return d.received
	}
	if d.waitsFrom != start || d.waitsTill.IsZero() {
		d.waitsFrom, d.waitsTill = start, time.Now().Add(hold)
	}
	d.arm(d.waitsTill)
	return start
}

// waited is called when the timer has run out. The timer is not stopped when a
// command has found its end, so there may be another one that waits, or none.
func (d *pump) waited() bool {
	d.armed = false
	woken := d.woken.Swap(false)
	d.setReadDeadline(time.Time{})
	if woken && d.work == nil {
		d.work = new(work)
	}
	if d.blocked() || woken {
		return d.perform()
	}
	if d.in.n == 0 {
		return true
	}
	if d.waitsFrom == d.sent && !time.Now().Before(d.waitsTill) {
		return d.forward(d.received)
	}
	return d.forward(d.until())
}

// forward writes what is held up to the position to.
func (d *pump) forward(to int64) bool {
	if to == d.sent {
		return true
	}
	from := d.sent
	for _, end := range d.ends {
		if from < end && end < to {
			if !d.write(from, end) {
				return false
			}
			from = end
		}
	}
	if !d.write(from, to) {
		return false
	}
	d.cut = to > d.received-int64(d.framer.Pending())
	d.pass(to)
	return true
}

// write writes the held bytes from..to, as edited, in one write.
func (d *pump) write(from, to int64) bool {
	b := d.in.held()[from-d.sent : to-d.sent]
	if len(d.edits) > 0 {
		b = edited(b, from, d.edits)
	}
	return d.put(b)
}

// put writes b in one write.
func (d *pump) put(b []byte) bool {
	if _, err := d.dst.Write(b); err != nil {
		if isTimeout(err) { // the proxy stops, and the receiver is slow
			d.conn.end(d.dir, "the proxy, which was stopped,")
		} else {
			d.conn.writeFailed(d.dir, err)
		}
		return false
	}
	return true
}
