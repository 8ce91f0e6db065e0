// This file tests that a Sink behind a Tape is told what it would have been told
// without.

package streams_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

// listener writes down what it is told, and of whom that is known what.
type listener struct{ lines []string }

func (l *listener) say(c *streams.Conn, format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf("%d %v %v: ", c.Number, c.Addr, c.SYN)+fmt.Sprintf(format, args...))
}

func (l *listener) Open(c *streams.Conn, t int64) { l.say(c, "open %d", t) }
func (l *listener) Data(c *streams.Conn, side int, t int64, p []byte) {
	l.say(c, "data %d %d %q", side, t, p)
}
func (l *listener) Gap(c *streams.Conn, side int, t int64, n int64) {
	l.say(c, "gap %d %d %d", side, t, n)
}
func (l *listener) Comment(c *streams.Conn, side int, t int64, text string) {
	l.say(c, "comment %d %d %s", side, t, text)
}
func (l *listener) Close(c *streams.Conn, side int, t int64) { l.say(c, "close %d %d", side, t) }
func (l *listener) End(c *streams.Conn, t int64, how string) { l.say(c, "end %d %s", t, how) }

func TestTape(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	mangle := streamstest.Mangle{Reorder: 20, Duplicate: 0.2, Retransmit: 0.2, Lose: 0.05}
	segments := mangle.Apply(rng, streamstest.Merge(streamstest.Random(rng, 200, 4000)))
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(segments)

	var direct listener
	a := streams.NewAssembler(&direct)
	for i := range packets {
		a.Packet(&packets[i])
	}
	a.Flush(streams.EndCapture)

	for _, every := range []int{1, 7, 1 << 30} {
		var played listener
		var tape, other streams.Tape
		full := 0
		tape.Full = func() {
			full++
			tape.Swap(&other)
			other.Play(&played)
		}
		a := streams.NewAssembler(&tape)
		for i := range packets {
			if a.Packet(&packets[i]); i%every == 0 {
				tape.Full()
			}
		}
		a.Flush(streams.EndCapture)
		tape.Full()
		if !tape.Empty() || full < 2 || !slices.Equal(direct.lines, played.lines) {
			t.Errorf("every %d packets: %d lines, %d without a tape", every, len(played.lines), len(direct.lines))
		}
	}
}
