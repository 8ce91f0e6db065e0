// Command greeter is an add-on for msnscope: who joins a chat is greeted in it,
// by a message that only that client's user sees.
//
//	go build -o greeter ./docs/scripts/greeter
//	msnscope proxy --upstream HOST --script ./greeter
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// message is a line from msnscope.
type message struct {
	Op    string `json:"op"`
	ID    int64  `json:"id"`
	Event struct {
		Cmd    string `json:"cmd"`
		Params []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"params"`
	} `json:"event"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 8<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var m message
		if err := json.Unmarshal(in.Bytes(), &m); err != nil {
			fmt.Fprintln(os.Stderr, err) // goes to msnscope's log
			continue
		}
		if m.Op == "hello" {
			out.Encode(map[string]any{"op": "hello", "filter": "cmd:JOI dir:s2c"})
			continue
		}
		who := ""
		for _, p := range m.Event.Params {
			if p.Name == "email" {
				who = p.Value
			}
		}
		body := "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nWelcome, " + who
		out.Encode(map[string]any{
			"id": m.ID, "do": "pass", "note": "greeted",
			// The 0 is made the length of the body by msnscope.
			"after": []string{"MSG msnscope@localhost msnscope 0\r\n" + body},
		})
	}
}
