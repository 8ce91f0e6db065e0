// This file measures what a message of a chat costs.

package chat_test

import (
	"fmt"
	"testing"

	"msnscope/captures/chat"
	"msnscope/captures/event"
	"msnscope/decode"
)

func BenchmarkFeed(b *testing.B) {
	p := newPlay(b, chat.New())
	for i := range 1000 {
		p.event(int64(i)*500, 'a', false, fmt.Sprintf("MSG %d N|text:line %d", i+1, i))
	}
	c := chat.New()
	var a decode.Annotation
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e := *p.events[capture+1+int64(i%1000)]
		e.ID, e.Time = capture+1+int64(i)%(event.EventsPerCapture-1), int64(i)*5e8
		e.AnnotateInto(&a)
		c.Feed(&e, &a)
	}
}
