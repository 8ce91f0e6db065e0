// Package marks keeps what users add to events and sessions: marks, notes,
// names. It is no part of the index, which is derived: it lies in a file of its
// own, a line for each change, and survives whatever happens to the index.
//
//	{"at":"2026-11-26T11:30:00Z","capture":"000001-friday.pcap","event":1000000017,"mark":"red","note":"why twice?"}
//	{"at":"2026-11-26T11:31:10Z","capture":"000001-friday.pcap","session":1000002,"name":"bad sign-in","pinned":true}
//	{"at":"2026-11-26T11:40:00Z","removed":"000000-old.pcap","why":"deleted by its user","sessions":3,"events":812,"marks":2,"bytes":90120}
//
// A line says all that is added to the event or session from then on; what is
// said of a capture that was removed afterwards counts no more. An id belongs to
// the capture file of that name, where it stays the same when the index is
// rebuilt.
package marks
