// This file is the Writer, by which the follower of a capture file fills the
// index.

package index

import (
	"slices"

	"msnscope/captures/event"
)

// maxSealed is how many full blocks may wait for SQLite before the followers
// have to wait: some 15 MB. A commit takes about half of them, and following goes
// on meanwhile.
const maxSealed = 96

// Writer fills one capture. It belongs to one goroutine. Its Event, Connection
// and Session are those of a follow.Sink: what they point to is copied.
//
// What is in the index already is passed over, so a capture may be read again
// from its State's Offset on: until the first event that is new, connections
// and sessions are kept back, as they would be told in an earlier state than
// the one known.
type Writer struct {
	c     *Capture
	block *Block // the last block, nil if there is none that has room
	entry *entry
	usual int // bytes of a block, from the last one

	abandoned bool // guarded by Index.mu

	replay   bool // all events so far were known
	held     map[int64]event.Connection
	heldS    map[int64]event.Session
	maxConn  int64 // greatest ids within the capture
	maxSess  int64
	lastSeen int64 // number of the last event, known or not
}

// Writer returns the writer of a capture. There may be only one at a time.
func (x *Index) Writer(c *Capture) (*Writer, error) {
	w := &Writer{c: c}
	var tail Ref
	x.mu.Lock()
	c.state.Finished = false
	w.lastSeen = c.state.Events
	w.maxConn, w.maxSess = c.state.Connections, c.state.Sessions
	w.replay = c.count > w.lastSeen
	e, err := c.find(c.count, true)
	if e != nil {
		tail = c.ref(e)
	}
	x.mu.Unlock()
	if err != nil {
		return nil, c.failed(err)
	}
	if w.replay {
		w.held, w.heldS = map[int64]event.Connection{}, map[int64]event.Session{}
	}
	if e == nil || tail.Facts.Count >= BlockEvents {
		return w, nil
	}
	b, err := c.Read(&tail, nil) // go on with a block that has room
	if err != nil {
		return nil, err
	}
	if !b.full() {
		mine := &Block{First: b.First, rows: make([]row, len(b.rows), BlockEvents),
			accounts: slices.Clone(b.accounts), bytes: slices.Clone(b.bytes)}
		copy(mine.rows, b.rows)
		x.mu.Lock()
		if _, err = c.writable(shelfOf(tail.First)); err == nil {
			e, err = c.find(c.count, true)
		}
		if err == nil {
			e.mem = mine
			c.grows(e)
			w.block, w.entry = mine, e
		}
		x.mu.Unlock()
		if err != nil {
			return nil, c.failed(err)
		}
	}
	return w, nil
}

// Counts returns how many events, connections and sessions there are so far,
// those passed over included: where a follower of the next part numbers on.
func (w *Writer) Counts() (events, connections, sessions int64) {
	return w.lastSeen, w.maxConn, w.maxSess
}

// Event takes the next event. It waits while SQLite is far behind.
func (w *Writer) Event(e *event.Event) {
	n := e.ID - w.c.base()
	w.lastSeen = n
	x := w.c.x
	x.mu.Lock()
	defer x.mu.Unlock()
	if n <= w.c.count {
		return
	}
	if w.replay {
		w.release()
	}
	for x.sealed >= maxSealed && !x.closed && !w.abandoned {
		x.room.Wait()
	}
	if x.closed || w.c.replaced || w.abandoned {
		return
	}
	if w.block == nil {
		s, err := w.c.writable(shelfOf(n))
		if err != nil {
			w.failed(err)
			return
		}
		w.block = &Block{First: e.ID, rows: make([]row, 0, BlockEvents), bytes: make([]byte, 0, w.usual)}
		w.entry = &entry{first: n, mem: w.block, facts: Facts{first: n}}
		s.entries = append(s.entries, w.entry)
		w.c.grows(w.entry)
	}
	r := w.block.add(e)
	w.entry.facts.add(r)
	if e.Unanswered {
		w.entry.facts.open.set(n - w.entry.first)
	}
	w.c.count++
	if e.Answers != 0 {
		w.failed(w.c.answered(e.Answers - w.c.base()))
	}
	w.failed(w.c.seen(int64(r.conn), n))
	if r.flags&flagError != 0 {
		w.c.sums.errors++
	}
	if w.block.full() {
		w.usual = len(w.block.bytes) + len(w.block.bytes)/8
		w.block, w.entry = nil, nil
		w.c.grows(nil)
		x.sealed++
		if x.sealed >= maxSealed/2 {
			x.hurry()
		}
	}
	x.touch()
}

// Abandon has the Writer take nothing more. Its goroutine may wait in Event for a
// disk that is full, and be wanted elsewhere: it goes on then. Abandon may be
// called from any goroutine.
func (w *Writer) Abandon() {
	x := w.c.x
	x.mu.Lock()
	defer x.mu.Unlock()
	w.abandoned = true
	x.room.Broadcast()
}

// Connection takes a new or changed connection.
func (w *Writer) Connection(c *event.Connection) {
	w.maxConn = max(w.maxConn, within(c.ID, int64(w.c.number)))
	if w.replay {
		w.held[c.ID] = *c
		return
	}
	w.c.x.mu.Lock()
	defer w.c.x.mu.Unlock()
	w.connection(c)
}

// Session takes a new or changed session.
func (w *Writer) Session(s *event.Session) {
	w.maxSess = max(w.maxSess, within(s.ID, int64(w.c.number)))
	if w.replay {
		mine := *s
		mine.Conns = slices.Clone(s.Conns)
		w.heldS[s.ID] = mine
		return
	}
	w.c.x.mu.Lock()
	defer w.c.x.mu.Unlock()
	w.session(s)
}

// Skipped notes the id of a connection that is not stored.
func (w *Writer) Skipped(c *event.Connection) {
	w.maxConn = max(w.maxConn, within(c.ID, int64(w.c.number)))
}

func (w *Writer) connection(c *event.Connection) {
	if w.abandoned { // events before it may be missing
		return
	}
	w.failed(w.c.setConnection(c))
	w.c.x.touch()
}

func (w *Writer) session(s *event.Session) {
	if w.abandoned {
		return
	}
	w.failed(w.c.setSession(*s))
	w.c.x.touch()
}

// failed reports that what is to be changed cannot be read. x.mu is held.
func (w *Writer) failed(err error) {
	if err != nil {
		w.c.x.report(sqlError(err))
	}
}

// release tells the connections and sessions kept back.
func (w *Writer) release() {
	w.replay = false
	for _, c := range w.held {
		w.connection(&c)
	}
	for _, s := range w.heldS {
		w.session(&s)
	}
	w.held, w.heldS = nil, nil
}

// Current ends the passing over of what is known: the follower has come to
// the end of the file.
func (w *Writer) Current() {
	if !w.replay {
		return
	}
	w.c.x.mu.Lock()
	defer w.c.x.mu.Unlock()
	if w.lastSeen >= w.c.count {
		w.release()
	}
}

// Short reports that the capture has told fewer events than are known of it:
// it has lost its end (a power cut), and has to be indexed anew.
func (w *Writer) Short() bool {
	w.c.x.mu.RLock()
	defer w.c.x.mu.RUnlock()
	return w.lastSeen < w.c.count
}

// Resume remembers that the file can be read on from offset with the present
// counts. Nothing before it has any part in what comes.
func (w *Writer) Resume(offset int64) {
	w.update(func(s *State) {
		s.Offset = offset
		s.Events, s.Connections, s.Sessions = w.Counts()
		s.Finished = false
	})
}

// Finish remembers that the file is indexed up to its end, size.
func (w *Writer) Finish(size, packets int64) {
	w.Current()
	w.update(func(s *State) { s.Finished, s.Size, s.Packets = true, size, packets })
}

func (w *Writer) update(f func(*State)) {
	x := w.c.x
	x.mu.Lock()
	defer x.mu.Unlock()
	if w.abandoned {
		return
	}
	f(&w.c.state)
	w.c.saved = false
	x.touch()
}
