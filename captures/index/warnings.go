// This file puts the warnings of an event into bytes and back: few events have
// any, so these are not columns but stand behind the event's other bytes.
//
// A warning is the length of its code and the code, a byte of severity, how many
// events before this one the event is that it is about, the length of the text
// and the text; numbers are varints.

package index

import (
	"encoding/binary"

	"msnscope/captures/event"
	"msnscope/decode/conform"
)

func appendWarnings(p []byte, e *event.Event) []byte {
	for i := range e.Warnings {
		w := &e.Warnings[i]
		p = appendStrings(p, w.Code)
		p = append(p, byte(w.Severity))
		p = appendInts(p, e.ID-w.Event)
		p = appendStrings(p, w.Text)
	}
	return p
}

// warningsOf reads what appendWarnings wrote; of damaged bytes it reads what
// makes sense.
func warningsOf(p []byte, id int64) (list []conform.Note) {
	r := fields{p: p}
	for len(r.p) > 0 && !r.bad {
		var w conform.Note
		var back int64
		r.strings(&w.Code)
		w.Severity = min(conform.Severity(r.byte()), conform.Error)
		r.ints(&back)
		r.strings(&w.Text)
		w.Event = id - back
		if !r.bad {
			list = append(list, w)
		}
	}
	return list
}

// openBits are the events of a block that are requests without an answer.
type openBits [BlockEvents / 64]uint64

func (o *openBits) set(i int64)      { o[i/64] |= 1 << (i % 64) }
func (o *openBits) clear(i int64)    { o[i/64] &^= 1 << (i % 64) }
func (o *openBits) has(i int64) bool { return o[i/64]&(1<<(i%64)) != 0 }
func (o *openBits) any() bool        { return *o != openBits{} }

func (o *openBits) encode(p []byte) []byte {
	for _, w := range o {
		p = binary.LittleEndian.AppendUint64(p, w)
	}
	return p
}

func (o *openBits) decode(p []byte) {
	for i := range o {
		o[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
}
