// This file makes the edits by which the capture tells what was delivered in
// place of what came.

package proxy

import (
	"bytes"
	"slices"

	"msnscope/captures/event"
	"msnscope/decode"
)

// maxQuoted is the longest run of bytes that is quoted in one comment, which
// can hold 65,535: a byte may take four, and an edit has two runs.
const maxQuoted = 7 << 10

// edited returns b, which begins at position from, with those of the edits
// made that lie in it.
func edited(b []byte, from int64, edits []event.Edit) []byte {
	out := make([]byte, 0, len(b)+64)
	for i := range edits {
		e := &edits[i]
		at := e.Offset - from
		if at < 0 || at >= int64(len(b)) {
			continue
		}
		out = append(out, b[:at]...)
		out = append(out, e.New...)
		rest := at + int64(len(e.Old))
		b, from = b[rest:], from+rest
	}
	return append(out, b...)
}

// rerouted returns what was put in place of a command with the addresses in it
// replaced, as in those of a server. It may be several commands.
func (d *pump) rerouted(data []byte) []byte {
	others := d.edits
	d.edits = nil
	framer := decode.Framer{Dir: d.dir, Dialect: decode.Dialect(d.conn.dialect.Load())}
	framer.Feed(data)
	var fr decode.Frame
	for framer.Next(&fr) {
		if fr.Kind == decode.FrameCommand {
			fr.Offset += d.sent
			d.look(&fr)
		}
	}
	out := edited(data, d.sent, d.edits)
	d.edits = others
	return out
}

// swapEdits puts the edit from raw to out in place of those in a step's command.
func (d *pump) swapEdits(s *step, raw, out []byte) {
	at := 0
	for at < len(d.edits) && d.edits[at].Offset < s.start {
		at++
	}
	end := at
	for end < len(d.edits) && d.edits[end].Offset < s.end {
		end++
	}
	d.edits = slices.Replace(d.edits, at, end, editsOf(d.dir, s.start, raw, out)...)
}

// editsOf describes that raw, which begins at offset, was delivered as out, in
// edits small enough to be recorded.
func editsOf(dir decode.Direction, offset int64, raw, out []byte) []event.Edit {
	if bytes.Equal(raw, out) {
		return nil
	}
	a, b := 0, 0 // of what is the same at the beginning and at the end
	for a < len(raw)-1 && a < len(out) && raw[a] == out[a] {
		a++
	}
	for b < len(raw)-a-1 && b < len(out)-a && raw[len(raw)-1-b] == out[len(out)-1-b] {
		b++
	}
	n := max((len(raw)-a-b+maxQuoted-1)/maxQuoted, (len(out)-a-b+maxQuoted-1)/maxQuoted)
	if len(raw)-a-b < n {
		a, b = 0, 0
	}
	old, now := raw[a:len(raw)-b], out[a:len(out)-b]
	edits := make([]event.Edit, n)
	for i := range edits {
		from, to := len(old)*i/n, len(old)*(i+1)/n
		edits[i] = event.Edit{
			Dir: dir, Offset: offset + int64(a+from), Old: bytes.Clone(old[from:to]),
			New: bytes.Clone(now[len(now)*i/n : len(now)*(i+1)/n]),
		}
	}
	return edits
}
