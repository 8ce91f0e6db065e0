// This file reads a side: each event becomes a few numbers that tell what it
// is, by connection.

package compare

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Side is one of the two exchanges.
type Side struct {
	// Walk calls f for every event in order; an event is valid during the call.
	Walk func(f func(*event.Event) error) error
	// Event returns one of them again.
	Event func(id int64) (*event.Event, error)
	// Connection returns a connection, nil if it is not known.
	Connection func(id int64) *event.Connection
}

const (
	// DefaultMax is how many events of a side are compared.
	DefaultMax = 500_000
	// maxPeople bounds the people of a chat by whom it is told from others.
	maxPeople = 64
	// maxConnections bounds the connections of a side.
	maxConnections = 100_000
)

// item is an event as the alignment sees it.
type item struct {
	id      int64
	time    int64  // Unix ns
	latency int64  // ns, -1 if it answers nothing
	cmd     uint64 // hash of direction and name
	shape   uint64 // and of what tells its kind
	who     uint64 // and of the person it is about
	exact   uint64 // of all compared fields
	stream  int32
	dir     decode.Direction
	says    bool // there is more compared in it than its kind
}

// stream is a connection of a side.
type stream struct {
	conn   event.Connection
	items  []int32 // of the side, in order
	people []string
	order  int // among those of its role in its session, from 1
}

// read is a side that was read.
type read struct {
	side    Side
	items   []item
	streams []*stream
	more    bool // the side has more events than were read
}

var seed = maphash.MakeSeed()

var errEnough = errors.New("enough")

// reader reads a side.
type reader struct {
	o    *Options
	r    *read
	at   map[int64]int32 // stream by connection
	know []map[string]struct{}
	a    decode.Annotation
	room []field
	hash maphash.Hash
}

func readSide(ctx context.Context, side Side, o *Options) (*read, error) {
	rd := reader{o: o, r: &read{side: side}, at: map[int64]int32{}}
	rd.hash.SetSeed(seed)
	limit := o.Max
	if limit <= 0 {
		limit = DefaultMax
	}
	err := side.Walk(func(e *event.Event) error {
		if len(rd.r.items)%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if e.Role == decode.RoleGW || e.Kind == event.Note && !o.Facets.Has(Note) {
			return nil // what a gateway carries is on a connection of its own
		}
		if len(rd.r.items) == limit {
			return errEnough
		}
		return rd.event(e)
	})
	if errors.Is(err, errEnough) {
		rd.r.more, err = true, nil
	}
	if err != nil {
		return nil, err
	}
	rd.finish()
	return rd.r, nil
}

func (rd *reader) event(e *event.Event) error {
	k, ok := rd.at[e.Connection]
	if !ok {
		if len(rd.r.streams) == maxConnections {
			return errEnough
		}
		k = int32(len(rd.r.streams))
		rd.at[e.Connection] = k
		s := &stream{conn: event.Connection{ID: e.Connection, Session: e.Session, Role: e.Role, Account: e.Account}}
		if c := rd.r.side.Connection(e.Connection); c != nil {
			s.conn = *c
		}
		rd.r.streams = append(rd.r.streams, s)
		rd.know = append(rd.know, nil)
	}
	it := item{id: e.ID, time: e.Time, latency: -1, dir: e.Dir, stream: k}
	if e.Answers != 0 {
		it.latency = e.Latency
	}
	if e.Kind == event.Command {
		e.AnnotateInto(&rd.a)
		if e.Role == decode.RoleSB {
			rd.meet(k, &rd.a)
		}
	}
	rd.room = fieldsOf(rd.room[:0], e, &rd.a)
	rd.number(&it, e)
	s := rd.r.streams[k]
	s.items = append(s.items, int32(len(rd.r.items)))
	rd.r.items = append(rd.r.items, it)
	return nil
}

// number works out the hashes of an event.
func (rd *reader) number(it *item, e *event.Event) {
	h := &rd.hash
	h.Reset()
	h.WriteByte(byte(e.Kind))
	h.WriteByte(byte(e.Dir))
	if e.Kind == event.Command {
		h.WriteString(rd.a.Name)
	}
	it.cmd = h.Sum64()
	if e.Kind == event.Command {
		if s := rd.a.Spec; s != nil {
			h.WriteString(s.Variant)
		}
		if p := rd.a.Payload; p != nil {
			h.WriteByte(1)
			h.WriteString(p.Type)
		}
	}
	for i := range rd.room {
		if f := &rd.room[i]; f.about {
			h.WriteByte(0)
			h.WriteString(strings.ToLower(f.value))
		}
	}
	it.shape = h.Sum64()
	it.who = it.shape
	if rd.o.Facets.Has(Account) && e.Kind == event.Command && rd.a.Peer != "" {
		h.WriteByte(2)
		h.WriteString(strings.ToLower(rd.a.Peer))
		it.who = h.Sum64()
	}
	for i := range rd.room {
		f := &rd.room[i]
		if !rd.o.Facets.Has(f.facet) {
			continue
		}
		h.WriteByte(3)
		h.WriteString(f.name)
		h.WriteByte(0)
		h.WriteString(f.value)
		it.says = it.says || !f.about
	}
	it.exact = h.Sum64()
}

// meet notes the people of a chat.
func (rd *reader) meet(k int32, a *decode.Annotation) {
	if a.Peer == "" || len(rd.know[k]) >= maxPeople {
		return
	}
	if rd.know[k] == nil {
		rd.know[k] = map[string]struct{}{}
	}
	rd.know[k][strings.ToLower(a.Peer)] = struct{}{}
}

// finish works out what is known when all is read.
func (rd *reader) finish() {
	count := map[[2]int64]int{}
	for k, s := range rd.r.streams {
		for who := range rd.know[k] {
			if who != strings.ToLower(s.conn.Account) {
				s.people = append(s.people, who)
			}
		}
		slices.Sort(s.people)
		in := [2]int64{s.conn.Session, int64(s.conn.Role)}
		count[in]++
		s.order = count[in]
	}
}
