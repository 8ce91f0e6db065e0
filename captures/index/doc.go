// Package index holds what was understood of the captures in an SQLite file,
// for fast reading. It is derived: the package captures rebuilds it from the
// capture files whenever it is missing, damaged or of another version.
//
// Events lie in blocks of up to 512, a block a row: a head with the columns
// (times, connections, commands, lengths ...) and a body with the bytes, both
// compressed. In memory there is, for each block, only what is needed to pass
// over it (Facts); the events not yet in SQLite are kept in memory and are
// read like the others. So an event is visible at once, a commit happens a few
// times a second, and the cost of SQLite is shared by hundreds of events.
//
// An Index may be used from any goroutine. Each Capture is filled by one
// Writer, which belongs to the goroutine that follows the capture file.
package index
