// Package export writes selected events in forms that other programs and other
// people read: JSON Lines, pcapng, CSV, chats as text, a report for a browser,
// a script that plays an exchange again.
//
//	src := export.Source{Walk: walk, Connection: connection, Sessions: store.Sessions}
//	err := export.Write(os.Stdout, "html", src, export.Options{})
//
// All of them stream: memory does not grow with the number of events. The
// notation of protocol documents is written by package textlog, which reads it
// too; package pseudonym puts invented people into any of them.
package export
