// This file gathers what a feed tells while it is at work and in its report, and
// passes what it follows on to the index.

package captures

import (
	"time"

	"msnscope/captures/event"
)

func (d *feed) problem(text string) {
	if len(d.report.Problems) < maxListed {
		d.report.Problems = append(d.report.Problems, text)
	}
}

// tell reports progress, not too often.
func (d *feed) tell(end bool) {
	if d.progress == nil || !end && time.Since(d.told) < progressInterval {
		return
	}
	d.told = time.Now()
	events, _, _ := d.w.Counts()
	d.progress(Progress{Bytes: d.at.Load() - d.base, Size: d.size, Packets: d.packets, Events: events})
}

// sink is the feed as the follower's Sink.
type sink feed

func (k *sink) Event(e *event.Event) {
	if e.Answers != 0 && k.follows && k.s.answered != nil {
		k.s.answered(e)
	}
	if e.Kind == event.Gap {
		k.report.Gaps++
		k.report.Missing += max(e.Missing, 0)
	}
	k.w.Event(e)
}
func (k *sink) Connection(c *event.Connection) { k.w.Connection(c) }
func (k *sink) Session(s *event.Session)       { k.w.Session(s) }
func (k *sink) Ignored(c *event.Connection, why string) {
	k.w.Skipped(c)
	if len(k.report.Ignored) < maxListed {
		k.report.Ignored = append(k.report.Ignored, Ignored{Connection: *c, Why: why})
	} else {
		k.report.MoreIgnored++
	}
}
