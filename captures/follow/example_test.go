// This file shows how a capture is followed.

package follow_test

import (
	"bytes"
	"fmt"
	"log"
	"strings"

	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/textlog"
)

// printer prints events.
type printer struct{}

func (printer) Event(e *event.Event) { fmt.Println(e.ID, e.Dir, e.Role, e.Summary()) }

func (printer) Connection(c *event.Connection) {
	if c.Closed != 0 {
		fmt.Printf("connection %d of session %d: %d events\n", c.ID, c.Session, c.Events)
	}
}

func (printer) Session(*event.Session) {}

func (printer) Ignored(c *event.Connection, why string) { fmt.Println(c.Client, "is ignored:", why) }

func Example() {
	var capture bytes.Buffer
	err := textlog.Convert(strings.NewReader(
		"C: ANS 1 alice@hotmail.com 849102291.520491113 11752013\n"+
			"S: IRO 1 1 1 bob@hotmail.com Bob\n"+
			"S: ANS 1 OK\n"), &capture)
	if err != nil {
		log.Fatal(err)
	}
	reader, err := pcapfile.NewReader(&capture)
	if err != nil {
		log.Fatal(err)
	}
	f := follow.New(0, printer{})
	var p pcapfile.Packet
	for reader.Next(&p) == nil {
		f.Packet(&p)
	}
	f.Finish(streams.EndCapture)
	// Output:
	// 1 c2s  textlog: from a text log: server 192.0.2.100:1863; times and addresses are invented
	// 2 c2s SB joins chat 11752013 as alice@hotmail.com
	// 3 s2c SB in the chat 1 of 1: bob@hotmail.com (Bob)
	// 4 s2c SB joined the chat
	// connection 1 of session 1: 4 events
}
