// This file shows on a terminal how far an import is.

package main

import (
	"fmt"
	"os"
	"time"

	"msnscope/captures"
)

// progress shows how far an import is, on a terminal only.
type progress struct {
	out   *os.File // nil: not on a terminal
	path  string
	start time.Time
	last  time.Time
}

func newProgress(w any, path string) *progress {
	p := &progress{path: path, start: time.Now()}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = f
		}
	}
	return p
}

// showEvery is how often the line is written again.
const showEvery = 200 * time.Millisecond

func (p *progress) show(at captures.Progress) {
	now := time.Now()
	if p.out == nil || now.Sub(p.last) < showEvery {
		return
	}
	p.last = now
	fmt.Fprintf(p.out, "\r\x1b[K%s", progressLine(p.path, at, now.Sub(p.start)))
}

// progressLine says how far an import is after some time.
func progressLine(path string, at captures.Progress, took time.Duration) string {
	rate := float64(at.Bytes) / max(took.Seconds(), 0.001)
	size, left := "", ""
	if at.Size > 0 {
		size = fmt.Sprintf(" of %d", at.Size>>20)
	}
	if at.Size > at.Bytes && rate > 0 {
		left = fmt.Sprintf(", %v left", time.Duration(float64(at.Size-at.Bytes)/rate*float64(time.Second)).Round(time.Second))
	}
	return fmt.Sprintf("%s: %d%s MB, %d packets, %d events, %.0f MB/s%s", path, at.Bytes>>20, size, at.Packets, at.Events, rate/1e6, left)
}

// count shows how many of something are done.
func (p *progress) count(done, of int) {
	now := time.Now()
	if p.out == nil || now.Sub(p.last) < showEvery {
		return
	}
	p.last = now
	fmt.Fprintf(p.out, "\r\x1b[K%s: %d of %d", p.path, done, of)
}

func (p *progress) end() {
	if p.out != nil && !p.last.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
