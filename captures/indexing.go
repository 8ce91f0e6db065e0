// This file follows capture files into the index: those that are behind when
// the store is opened, the live one as it grows, and imports.

package captures

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"msnscope/captures/follow"
	"msnscope/captures/index"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
)

const (
	// breath is the least time between two looks at a live capture, so that a
	// busy proxy does not wake the indexer for every chunk. A page is told of news
	// every 50 ms at the most.
	breath = 20 * time.Millisecond
	// reportEvery is the number of packets after which the counts of
	// connections and sessions are told while a file is read through.
	reportEvery = 1 << 16
	// checkEvery is the number of packets between looks at the context.
	checkEvery = 1 << 10
	// maxListed bounds the connections and the problems that a report lists.
	maxListed = 10_000
)

// feed is the indexing of one capture file, by one goroutine.
type feed struct {
	s       *Store
	x       *index.Index
	c       *index.Capture
	f       *file
	grown   <-chan struct{}    // yields when the file has grown; nil: it does not
	follows bool               // grown was given
	syncs   chan chan struct{} // to be closed when the file's present end is reached
	asked   []chan struct{}
	done    chan struct{}
	err     error // when done
	cancel  context.CancelFunc
	stopped chan struct{} // the recording has ended
	once    sync.Once

	// Imports want to know:
	progress func(Progress)
	size     int64
	report   Report

	w       *index.Writer
	src     *os.File
	base    int64        // offset of the first byte read
	at      atomic.Int64 // how far the file was read
	fw      *follow.Follower
	packets int64
	last    int64 // offset of the last packet, -1 if none
	section int
	told    time.Time
}

// newFeed makes the feed of a file. s.mu is held.
func (s *Store) newFeed(x *index.Index, f *file, grown <-chan struct{}) (*feed, context.Context) {
	d := &feed{
		s: s, x: x, f: f, grown: grown, follows: grown != nil,
		syncs: make(chan chan struct{}), done: make(chan struct{}), stopped: make(chan struct{}),
	}
	for _, c := range x.Captures() {
		if c.Number() == f.number {
			d.c = c
		}
	}
	var ctx context.Context
	ctx, d.cancel = context.WithCancel(s.ctx)
	f.feed = d
	return d, ctx
}

// active reports whether the feed is at work or waiting for its turn.
func (d *feed) active() bool {
	if d == nil {
		return false
	}
	select {
	case <-d.done:
		return false
	default:
		return true
	}
}

// start runs the feed in the background, after another if there is one.
func (d *feed) start(ctx context.Context, after <-chan struct{}) {
	d.s.work.Go(func() {
		if after != nil {
			select {
			case <-after:
			case <-ctx.Done():
			}
		}
		if err := d.run(ctx); err != nil && ctx.Err() == nil {
			slog.Error("A capture could not be indexed", "capture", d.f.path, "error", err)
		}
	})
}

// stop tells the feed that the file grows no more.
func (d *feed) stop() { d.once.Do(func() { close(d.stopped) }) }

// catchUp starts the feeds of all files whose index is behind, one after the
// other: the last live one first, which may be waited for. s.mu is held.
func (s *Store) catchUp() {
	x := s.index()
	var order []*file
	for i := len(s.files) - 1; i >= 0; i-- {
		if s.files[i].live {
			order = append(order, s.files[i])
			break
		}
	}
	for _, f := range s.files {
		if len(order) == 0 || f != order[0] {
			order = append(order, f)
		}
	}
	states := map[int]index.State{}
	for _, c := range x.Captures() {
		states[c.Number()] = c.State()
	}
	var after <-chan struct{}
	for _, f := range order {
		if f.rec != nil {
			d, ctx := s.newFeed(x, f, f.rec.Grown())
			d.start(ctx, nil)
			continue
		}
		size, err := sizeOf(f.path)
		if st := states[f.number]; err == nil && st.Finished && st.Size == size {
			continue
		}
		d, ctx := s.newFeed(x, f, nil)
		d.start(ctx, after)
		after = d.done
	}
}

// run indexes the file to its end, or until the context is done.
func (d *feed) run(ctx context.Context) error {
	defer func() {
		d.cancel()
		d.fw, d.w = nil, nil // the file remembers its last feed
		close(d.done)
	}()
	if d.err = ctx.Err(); d.err == nil {
		d.err = d.follow(ctx)
	}
	if d.err == errShort {
		slog.Warn("A capture is shorter than its index says; it is indexed anew", "capture", d.f.path)
		if d.err = d.x.Drop(d.c); d.err == nil {
			d.c = d.x.Create(d.f.number, d.f.name, d.f.live)
			d.err = d.follow(ctx)
		}
	}
	return d.err
}

// errShort says that events are indexed which are not in the file.
var errShort = errors.New("the capture is shorter than it was")

func (d *feed) follow(ctx context.Context) (err error) {
	if d.w, err = d.x.Writer(d.c); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, d.w.Abandon)()
	if d.src, err = os.Open(d.f.path); err != nil {
		return err
	}
	defer d.src.Close()
	d.base = d.c.State().Offset
	d.last, d.section, d.packets, d.report = -1, 0, 0, Report{}
	d.begin()
	r, err := d.reader(ctx)
	if err != nil {
		return d.unreadable(err)
	}
	for r != nil {
		read := d.packetwise
		if !d.f.live {
			read = d.ahead
		}
		var problem *pcapfile.Problem
		switch err := read(ctx, r); {
		case errors.As(err, &problem):
			d.problem(problem.Text)
		case err == io.EOF, err == io.ErrUnexpectedEOF:
			if more, err := d.wait(ctx); err != nil {
				return err
			} else if more {
				continue
			}
			if err == io.ErrUnexpectedEOF {
				d.problem(fmt.Sprintf("after packet %d: the file ends inside a packet", d.packets))
			}
			return d.finish()
		default:
			return err
		}
	}
	return d.finish()
}

// packetwise follows the packets of a live capture up to an error, for which
// positions are kept from which following may resume.
func (d *feed) packetwise(ctx context.Context, r *pcapfile.Reader) error {
	var p pcapfile.Packet
	for i := 1; ; i++ {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := r.Next(&p); err != nil {
			return err
		}
		d.packet(&p)
	}
}

// ahead follows the packets of any other file up to an error.
func (d *feed) ahead(ctx context.Context, r *pcapfile.Reader) error {
	return d.fw.Read(r, func(packets int64) error {
		d.count(packets)
		d.tell(false)
		return ctx.Err()
	})
}

// begin starts a follower that numbers on from what there is.
func (d *feed) begin() {
	d.fw = follow.New(d.f.number, (*sink)(d))
	d.fw.Resume(d.w.Counts())
}

// reader opens the file for reading packets; nil when nothing is in it and
// nothing will be.
func (d *feed) reader(ctx context.Context) (*pcapfile.Reader, error) {
	for {
		if _, err := d.src.Seek(d.base, io.SeekStart); err != nil {
			return nil, err
		}
		d.at.Store(d.base)
		r, err := pcapfile.NewReader(d)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || !d.f.live {
			return nil, err
		}
		more, err := d.wait(ctx)
		if !more {
			return nil, err
		}
	}
}

// Read reads from the file and counts.
func (d *feed) Read(p []byte) (int, error) {
	n, err := d.src.Read(p)
	d.at.Add(int64(n))
	return n, err
}

// unreadable gives up a file in which there is no capture: it stays in the
// store, with no events.
func (d *feed) unreadable(err error) error {
	if d.progress == nil && d.base == 0 && errors.Is(err, pcapfile.ErrNotCapture) {
		slog.Warn("There is no capture in a file of the store", "capture", d.f.path, "error", err)
		return d.finish()
	}
	return err
}

func (d *feed) packet(p *pcapfile.Packet) {
	p.Offset += d.base
	if d.f.live && p.Section != d.section && d.last >= 0 {
		d.cut(p)
	}
	d.section, d.last = p.Section, p.Offset
	d.fw.Packet(p)
	d.count(1)
}

// count counts packets that were followed, and has counts told from time to time.
func (d *feed) count(packets int64) {
	before := d.packets / reportEvery
	if d.packets += packets; d.packets/reportEvery != before {
		d.fw.Report()
	}
}

// cut ends a section of a live capture: the proxy was started again. Nothing
// is carried over to the next section, so following may resume there.
func (d *feed) cut(p *pcapfile.Packet) {
	d.fw.Finish(streams.EndSection)
	if _, next, err := sections(d.src, d.last, p.Offset); err == nil && next >= 0 {
		d.w.Resume(next)
	}
	d.begin()
}

// wait is called at the end of the file. It reports whether to read on.
func (d *feed) wait(ctx context.Context) (more bool, err error) {
	d.fw.Report()
	d.w.Current()
	d.tell(true)
	for _, c := range d.asked {
		close(c)
	}
	d.asked = d.asked[:0]
	if d.grown == nil {
		return false, nil
	}
	rest := time.NewTimer(breath)
	select {
	case <-rest.C:
	case <-ctx.Done():
		rest.Stop()
		return false, ctx.Err()
	case c := <-d.syncs:
		rest.Stop()
		d.asked = append(d.asked, c)
		return true, nil
	case <-d.stopped:
		rest.Stop()
	}
	select {
	case <-d.grown:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	case c := <-d.syncs:
		d.asked = append(d.asked, c)
		return true, nil
	case <-d.stopped:
		d.grown = nil // what came before is read once more
		return true, nil
	}
}

// finish ends the capture as far as it goes.
func (d *feed) finish() error {
	size, err := sizeOf(d.f.path)
	if err != nil {
		return err
	}
	if !d.f.live {
		d.fw.Finish(streams.EndCapture)
		for _, p := range d.fw.Problems() {
			d.problem(p)
		}
		if d.w.Short() {
			return errShort
		}
		d.w.Finish(size, d.packets)
		return nil
	}
	d.fw.Finish(streams.EndSection)
	if d.w.Short() {
		return errShort
	}
	from := d.base
	if d.last >= 0 {
		from = d.last
	}
	if end, _, err := sections(d.src, from, size); err == nil {
		d.w.Resume(end)
		size = end
	}
	d.w.Finish(size, d.packets)
	return nil
}
