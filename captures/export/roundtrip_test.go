// This file exports what was followed in a live capture, follows the export, and
// expects the same events.

package export_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/pseudonym"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

// followed is what a Follower tells.
type followed struct {
	events []*event.Event
	conns  map[int64]event.Connection
}

func (r *followed) Event(e *event.Event) {
	keep := *e
	keep.Raw, keep.Delivered = bytes.Clone(e.Raw), bytes.Clone(e.Delivered)
	r.events = append(r.events, &keep)
}
func (r *followed) Connection(c *event.Connection)    { r.conns[c.ID] = *c }
func (r *followed) Session(*event.Session)            {}
func (r *followed) Ignored(*event.Connection, string) {}

func (r *followed) connection(id int64) *event.Connection {
	c, ok := r.conns[id]
	if !ok {
		return nil
	}
	return &c
}

func follows(t *testing.T, capture []byte) *followed {
	t.Helper()
	in, err := pcapfile.NewReader(bytes.NewReader(capture))
	if err != nil {
		t.Fatal(err)
	}
	r := &followed{conns: map[int64]event.Connection{}}
	f := follow.New(0, r)
	var p pcapfile.Packet
	for {
		err := in.Next(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Packet(&p)
	}
	f.Finish(streams.EndCapture)
	return r
}

// lines describes the events of each connection: what each side said and what
// became of it, and what was noted. The order of one side's and the other's is
// not among it, nor are the times of what is no command: these depend on how a
// stream was cut into packets, of which an export knows no more than where events
// end. Of invented people only what stays what it was is told.
func (r *followed) lines(invented bool) map[string][]string {
	all := map[string][]string{}
	for _, e := range r.events {
		of := fmt.Sprint(r.conns[e.Connection].Client.Port(), " ", e.Dir, " note ", e.Kind == event.Note)
		at := int64(0)
		if e.Kind == event.Command {
			at = e.Time
		}
		if invented {
			all[of] = append(all[of], fmt.Sprintf("%d %v %v %d n=%d trid=%d missing=%d partial=%t %q", at, e.Kind, e.Role, e.Dialect, e.N, e.TrID, e.Missing, e.Partial, e.Cmd()))
			continue
		}
		delivered := "all of it"
		if e.Delivered != nil && !bytes.Equal(e.Delivered, e.Raw) {
			delivered = fmt.Sprintf("%q", e.Delivered)
		}
		all[of] = append(all[of], fmt.Sprintf("%d %v %v %d n=%d trid=%d missing=%d %q %q partial=%t %q, %s", at, e.Kind, e.Role,
			e.Dialect, e.N, e.TrID, e.Missing, e.Note, e.Text, e.Partial, e.Raw, delivered))
	}
	return all
}

// FuzzPcapngAgain makes conversations of bytes. Each turn begins with a byte that
// says who speaks, on which connection and what the proxy has done to it.
func FuzzPcapngAgain(f *testing.F) {
	f.Add([]byte("VER 1 MSNP7 CVR0\r\n\x00\x01VER 1 MSNP7 CVR0\r\n\x00\x00OUT\r\n"))
	f.Add([]byte("VER 1 MSNP7\r\n\x00\x05VER 1 MSNP7\r\n\x00\x09XFR 2 SB 1.2.3.4:1863 CKI 7\r\n\x00\x02ANS 1 a@b.c 7 9\r\n\x00\x23JOI b@c.d B\r\n"))
	f.Add([]byte("ANS 1 a@b.c 7 9\r\n\x00\x13MSG a@b.c A 9\r\nhello\x00\x00MSG 2 N 99\r\nhello\x00\x01what?\n\xff\x00\x40PNG\r\n\x00\x80PNG\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		convs := make([]streamstest.Conversation, 2)
		var sent [2][2]int64
		for i := range convs {
			convs[i] = streamstest.Conversation{
				Addr: [2]netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("10.0.0.9"), uint16(1044+i)), netip.MustParseAddrPort("64.4.13.58:1863")},
				ISN:  [2]uint32{1000, 2000}, Start: 1e18 + int64(i), End: streamstest.End(len(b) % 3),
			}
			// What greets is not guessed.
			convs[i].Turns = []streamstest.Turn{{Data: []byte("VER 1 MSNP7 CVR0\r\n")}}
			sent[i][0] = int64(len(convs[i].Turns[0].Data))
		}
		for k, turn := range bytes.Split(b, []byte{0}) {
			if len(turn) < 2 {
				continue
			}
			how, data := turn[0], turn[1:]
			c, side := int(how>>1&1), int(how&1)
			s := streamstest.Turn{Side: side, Data: data}
			n := len(data)
			if how&4 != 0 {
				s.Comments = append(s.Comments, event.Comment{Note: "held", Text: fmt.Sprintf("%d \u00e9 %q", k, data)}.String())
			}
			at, old := int64(0), data
			switch how >> 3 & 3 {
			case 0:
				old = nil
			case 1:
				at, old = int64(n/3), data[n/3:n-n/3]
			case 2:
				old = data[:n/2]
			}
			if len(old) > 0 {
				edit := event.Edit{Dir: decode.Direction(side), Offset: sent[c][side] + at, Old: old}
				if how&32 != 0 {
					edit.New = []byte("PNG\r\n")
				}
				s.Comments = append(s.Comments, event.Comment{Edit: &edit}.String())
			}
			sent[c][side] += int64(n)
			convs[c].Turns = append(convs[c].Turns, s)
		}
		packets := streamstest.Framing{Link: pcapfile.LinkRaw}.Packets(streamstest.Merge(convs))
		was := follows(t, streamstest.File{NG: true, Application: pcapfile.Application}.Bytes(packets))
		for _, c := range was.conns {
			if c.Via != "" {
				return // what carries it is not written
			}
		}
		src := export.Source{
			Walk: func(_ int64, f func(*event.Event) error) error {
				for _, e := range was.events {
					if err := f(e); err != nil {
						return err
					}
				}
				return nil
			},
			Connection: was.connection,
		}
		for _, invented := range []bool{false, true} {
			if invented {
				// What is no command at all is filled byte by byte: where the next one
				// begins in it may not be found again.
				if slices.ContainsFunc(was.events, func(e *event.Event) bool { return e.Kind == event.Raw && !e.Partial }) {
					return
				}
				src = pseudonym.New().Source(src)
			}
			var out bytes.Buffer
			if err := export.Write(&out, "pcapng", src, export.Options{Secrets: true}); err != nil {
				t.Fatal(err)
			}
			is := follows(t, out.Bytes())
			if d := cmp.Diff(was.lines(invented), is.lines(invented)); d != "" {
				t.Fatalf("invented people %t: %s", invented, d)
			}
		}
	})
}
