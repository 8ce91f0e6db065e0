// This file writes batches of events as JSON Lines: explaining events and
// writing them down takes most of the time of decode, so it is done for several
// batches at the same time.

package main

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"msnscope/captures/event"
)

const (
	// maxEncoders bounds the goroutines that encode: there is one that reads,
	// which keeps no more of them busy.
	maxEncoders = 4

	// batchesAhead is how many batches may wait for each encoder: so many that
	// none runs out of them while the one that reads is at something slow.
	batchesAhead = 4

	// keepLines is the largest buffer of a batch (bytes) that is used again.
	keepLines = 1 << 20
)

// lineWriter writes batches in the order in which they are put. One goroutine
// writes, some encode; close ends them.
type lineWriter struct {
	out     io.Writer
	options event.JSONOptions
	work    chan *batch // for the encoders
	order   chan *batch // for the goroutine that writes
	free    chan *batch
	running sync.WaitGroup
	failed  atomic.Bool
	err     error // of the first write that failed; for close
}

func newLineWriter(out io.Writer, o event.JSONOptions) *lineWriter {
	n := min(runtime.GOMAXPROCS(0), maxEncoders)
	ahead := batchesAhead * n
	w := &lineWriter{
		out: out, options: o,
		work: make(chan *batch, ahead), order: make(chan *batch, 2*ahead), free: make(chan *batch, maxPending/batchEvents+3*ahead),
	}
	for range n {
		w.running.Go(w.encode)
	}
	w.running.Go(w.write)
	return w
}

// batch returns an empty batch.
func (w *lineWriter) batch() *batch {
	select {
	case b := <-w.free:
		return b
	default:
		return &batch{
			events: make([]event.Event, 0, batchEvents), conns: make([]*party, 0, batchEvents),
			places: make([]event.Place, 0, batchEvents),
			bytes:  make([]byte, 0, batchBytes), lines: make([]byte, 0, 2*batchBytes),
			done: make(chan struct{}, 1),
		}
	}
}

// put hands over a batch. It waits while too many are on their way.
func (w *lineWriter) put(b *batch) {
	w.work <- b
	w.order <- b
}

// close waits until everything is written, and tells whether it was.
func (w *lineWriter) close() error {
	close(w.work)
	close(w.order)
	w.running.Wait()
	return w.err
}

// encode makes lines of batches.
func (w *lineWriter) encode() {
	lines := event.NewLines(w.options)
	for b := range w.work {
		for i := range b.events {
			b.lines = lines.Append(b.lines, &b.events[i], b.places[i])
		}
		b.done <- struct{}{}
	}
}

// write writes the lines, and makes room for others.
func (w *lineWriter) write() {
	for b := range w.order {
		<-b.done
		if w.err == nil {
			if _, w.err = w.out.Write(b.lines); w.err != nil {
				w.failed.Store(true)
			}
		}
		b.reset()
		select {
		case w.free <- b:
		default:
		}
	}
}

// reset empties a batch.
func (b *batch) reset() {
	clear(b.conns) // so as not to keep connections
	clear(b.places)
	b.events, b.conns, b.places, b.known = b.events[:0], b.conns[:0], b.places[:0], 0
	b.bytes, b.lines = b.bytes[:0], b.lines[:0]
	if cap(b.bytes) > keepLines {
		b.bytes = nil
	}
	if cap(b.lines) > keepLines {
		b.lines = nil
	}
}
