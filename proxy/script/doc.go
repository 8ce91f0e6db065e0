// Package script has add-ons decide about commands on their way: processes in
// any language that read JSON Lines on stdin and answer on stdout.
//
//	s := &script.Script{Command: []string{"python3", "shout.py"}, Log: log}
//	p := &proxy.Proxy{Upstream: "messenger.example.org", Deciders: []proxy.Decider{s}}
//	go s.Run(ctx) // starts it, and again when it has ended
//
// What is said, a line each:
//
//	to the add-on    {"op":"hello","v":1,"msnscope":"0.1.0"}
//	from it          {"op":"hello","filter":"cmd:MSG dir:c2s","watch":false}
//	to it            {"op":"command","id":17,"event":{...as in decode's JSON Lines...}}
//	from it          {"id":17,"do":"replace","text":"MSG 4 N 5\r\nhello"}
//
// An add-on that only watches is told and not waited for. Any other has Budget
// for each command, in which that command waits and with it those behind it in
// its direction; then it goes on as it came. One that is late again and again
// is not asked for a while: an add-on never stalls the relay for longer.
package script
