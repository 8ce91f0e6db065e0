// This file writes what was followed in a capture as a log, follows the capture
// that the log becomes, and expects the same commands.

package textlog

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

// FuzzWriteAgain makes conversations of bytes. Each turn begins with a byte that
// says who speaks, and on which connection.
func FuzzWriteAgain(f *testing.F) {
	f.Add([]byte("1VER 1 MSNP7 CVR0\r\n\x000MSG 2 N 12\r\nhello\r\nworld\x001C: OUT\r\n"))
	f.Add([]byte("3MSG a@b.c A 9\r\nhel\rlo\n\x00\x002NLN \u202e x\r\n\x002# connection 9\r\n\x000MSG 2 N 5\r\n\r\n\r\n\t"))
	f.Add([]byte("0MSG 2 N 4\n\r\n\r\n\x003XFR 1 SB 1.2.3.4:5 CKI 7\r\n\x001217 4\r\n\x002USR 5 a@b.c 7\r\n\x002\"x\\n\"\r\n\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		convs := make([]streamstest.Conversation, 2)
		for i := range convs {
			convs[i] = streamstest.Conversation{
				Addr: [2]netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("10.0.0.9"), uint16(1044+i)), netip.MustParseAddrPort("64.4.13.58:1863")},
				ISN:  [2]uint32{1000, 2000}, Start: 1e18 + int64(i), End: streamstest.EndOpen,
				Turns: []streamstest.Turn{{Data: []byte("VER 1 MSNP7 CVR0\r\n")}},
			}
		}
		for turn := range bytes.SplitSeq(b, []byte{0}) {
			if len(turn) > 1 {
				c := &convs[turn[0]>>1&1]
				c.Turns = append(c.Turns, streamstest.Turn{Side: int(turn[0] & 1), Data: turn[1:]})
			}
		}
		was := &told{conns: map[int64]event.Connection{}}
		follower := follow.New(0, was)
		packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(streamstest.Merge(convs))
		for i := range packets {
			follower.Packet(&packets[i])
		}
		follower.Finish(streams.EndCapture)
		for i := range was.events {
			if len(was.events[i].Raw) > maxLine {
				return
			}
		}
		source := export.Source{
			Walk: func(_ int64, f func(*event.Event) error) error {
				for i := range was.events {
					if err := f(&was.events[i]); err != nil {
						return err
					}
				}
				return nil
			},
			Connection: func(id int64) *event.Connection { c := was.conns[id]; return &c },
		}
		said := func(r *told, of map[int64]int64) map[string][]string {
			all := map[string][]string{}
			for i := range r.events {
				if e := &r.events[i]; e.Kind == event.Command || e.Kind == event.Raw {
					key := fmt.Sprint(of[e.Connection], " ", e.Dir)
					all[key] = append(all[key], fmt.Sprintf("%v %d %d %q partial=%t %q", e.Kind, e.TrID, e.Dialect, e.Raw, e.Partial, e.Text))
				}
			}
			return all
		}
		// A log numbers connections as they are spoken on.
		of, again := map[int64]int64{}, map[int64]int64{1: 1, 2: 2}
		for i := range was.events {
			if id := was.events[i].Connection; of[id] == 0 {
				of[id] = int64(len(of) + 1)
			}
		}
		for _, format := range Formats {
			var log strings.Builder
			if err := Write(&log, format.Name, source, export.Options{Secrets: true}); err != nil {
				t.Fatal(err)
			}
			is := converted(t, log.String())
			if d := cmp.Diff(said(was, of), said(is, again)); d != "" {
				t.Fatalf("%s: %s\n%s", format.Name, log.String(), d)
			}
			for _, c := range is.conns {
				if c.Server != netip.MustParseAddrPort("64.4.13.58:1863") {
					t.Fatalf("%s: to %v", format.Name, c.Server)
				}
			}
		}
	})
}
