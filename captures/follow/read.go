// This file reads a capture in a goroutine of its own: packets are read and put
// together to streams while what came before is followed.

package follow

import (
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
)

const (
	// ahead is how many stretches may wait to be followed.
	ahead = 6
	// spare is how many are used again: those that wait, the one being filled
	// and the one being followed.
	spare = ahead + 2
)

// stretch is a piece of the capture, on its way from who reads to who follows.
type stretch struct {
	restarts bool // a new section begins with it
	tape     streams.Tape
	packets  int64
	err      error // what reading ended with
}

// reading is the half that reads.
type reading struct {
	f    *Follower
	r    *pcapfile.Reader
	now  *stretch      // being filled
	full chan *stretch // closed at the end
	free chan *stretch
	quit chan struct{} // closed when nothing more is wanted
	over bool          // quit was closed
}

// Read takes all the packets that r has, and returns the error that ended it:
// io.EOF, or what else r.Next returned, after which Read may be called again. As
// Packet does for each, but reading goes on ahead of following: what waits for
// its turn is bounded. after is called as packets are done with, with their
// number, and before more are waited for; an error of it ends Read, and of what
// was read ahead nothing is told any more.
func (f *Follower) Read(r *pcapfile.Reader, after func(packets int64) error) error {
	a := &reading{
		f: f, r: r, now: &stretch{},
		full: make(chan *stretch, ahead), free: make(chan *stretch, spare), quit: make(chan struct{}),
	}
	go a.run()
	var failed, err error
	for s := range a.full {
		if failed == nil {
			if s.restarts {
				f.restarted()
			}
			s.tape.Play((*receiver)(f))
			if failed = after(s.packets); failed != nil {
				close(a.quit)
			}
		}
		err = s.err
		s.packets, s.restarts = 0, false
		select {
		case a.free <- s:
		default:
		}
	}
	if failed != nil {
		return failed
	}
	return err
}

// run reads until r has no more, or nothing is wanted.
func (a *reading) run() {
	f := a.f
	direct := f.tape.Full
	f.tape.Full = a.handOver
	a.r.BeforeRead(a.handOver)
	defer func() {
		f.tape.Full = direct
		a.r.BeforeRead(nil)
		close(a.full)
	}()
	var p pcapfile.Packet
	for !a.over {
		if err := a.r.Next(&p); err != nil {
			a.now.err = err
			a.handOver()
			return
		}
		if f.begins(&p) {
			f.assembler.Flush(streams.EndSection)
			a.handOver()
			a.now.restarts = true
		}
		f.assembler.Packet(&p)
		a.now.packets++
	}
}

// handOver passes on what was read so far.
func (a *reading) handOver() {
	s := a.now
	if a.f.tape.Empty() && s.packets == 0 && s.err == nil && !s.restarts {
		return
	}
	s.tape.Swap(&a.f.tape)
	select {
	case a.full <- s:
	case <-a.quit:
		a.over = true
	}
	select {
	case a.now = <-a.free:
	default:
		a.now = &stretch{}
	}
}
