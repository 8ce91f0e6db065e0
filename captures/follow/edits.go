// This file keeps the edits that comments of a live capture tell of until the
// bytes they change have become events.

package follow

import (
	"slices"

	"msnscope/captures/event"
)

// maxEdits bounds the edits of a direction that wait for their bytes. The
// proxy tells of an edit with the packet in which it begins, so no more wait
// than commands fit into a packet.
const maxEdits = 4096

// maxEditBytes bounds what these put into the stream, and with it what is
// delivered in place of a command: the index takes no event that is much longer.
// The proxy itself puts nothing in place of a command that is as long as 64 KiB.
const maxEditBytes = 16 << 20

// edits are those of one direction, in the order of the stream, without
// overlaps.
type edits []event.Edit

// add takes an edit whose bytes come next. One that does not fit to the others,
// as in a capture that somebody else has written, is left out.
func (s *edits) add(e event.Edit, from int64) {
	list := *s
	end := e.Offset + int64(len(e.Old))
	if e.Offset < from || end < e.Offset || len(list) >= maxEdits {
		return
	}
	size := len(e.New)
	for i := range list {
		size += len(list[i].New)
	}
	if size > maxEditBytes {
		return
	}
	at := len(list)
	for at > 0 && list[at-1].Offset > e.Offset {
		at--
	}
	if at > 0 && list[at-1].Offset+int64(len(list[at-1].Old)) > e.Offset || at < len(list) && end > list[at].Offset {
		return
	}
	*s = slices.Insert(list, at, e)
}

// take returns what reached the other end instead of the bytes p at off, nil
// if they did. Edits up to their end are used up. An edit that reaches beyond p,
// because p is not a whole command, changes what it can of it: the first piece
// becomes the new bytes, the others nothing.
func (s *edits) take(off int64, p []byte) []byte {
	list := *s
	end := off + int64(len(p))
	if len(list) == 0 || list[0].Offset > end {
		return nil
	}
	var out []byte
	var done, used int // p[:done] is in out
	for i := range list {
		e := &list[i]
		start, stop := e.Offset-off, e.Offset-off+int64(len(e.Old))
		if start < 0 && stop <= 0 { // in bytes that are missing
			used++
			continue
		}
		if start > int64(len(p)) || start == int64(len(p)) && len(e.Old) > 0 {
			break
		}
		if out == nil {
			out = make([]byte, 0, len(p)+len(e.New))
		}
		if start >= 0 {
			out = append(out, p[done:start]...)
			out = append(out, e.New...)
		}
		done = int(min(stop, int64(len(p))))
		if stop > int64(len(p)) {
			break
		}
		used++
	}
	*s = list[used:]
	if out == nil {
		return nil
	}
	return append(out, p[done:]...)
}
