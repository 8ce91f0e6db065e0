// This file shows the JSON of an event.

package event_test

import (
	"fmt"

	"msnscope/captures/event"
	"msnscope/decode"
)

func ExampleAppendJSON() {
	e := &event.Event{
		ID: 50412, Session: 12, Connection: 31, Time: 1004991247021337000, Kind: event.Raw,
		Dir: decode.S2C, Role: decode.RoleNS, Raw: []byte("\r\n"), Text: decode.WhyEmptyLine,
	}
	fmt.Printf("%s\n", event.AppendJSON(nil, e, nil, nil, event.JSONOptions{}))
	// Output: {"id":50412,"session":12,"connection":31,"role":"NS","client":"","server":"","dir":"s2c","ts":"2001-11-05T20:14:07.021337Z","kind":"raw","dialect":"","why":"empty line","size":2,"raw":"DQo="}
}
