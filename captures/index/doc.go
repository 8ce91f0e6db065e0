// Package index holds what was understood of the captures in an SQLite file,
// for fast reading. It is derived: the package captures rebuilds it from the
// capture files whenever it is missing, damaged or of another version.
//
// Events lie in blocks of up to 512, a block a row: a head with the columns
// (times, connections, commands, lengths ...) and a body with the bytes, both
// compressed. Of each there is, beside it, what is needed to pass over it (Facts);
// a block is read as deep as it must be (Depth). The events not yet in SQLite are
// kept in memory and are read like the others. So an event is visible at once, a
// commit happens a few times a second, and the cost of SQLite is shared by hundreds
// of events.
//
// Memory does not grow with what there is: facts of blocks, connections and sessions
// are in it while they are new or go on. What is looked at of others is read back,
// and kept within bounds until there is nothing to do (Rest).
//
// An Index may be used from any goroutine. Each Capture is filled by one
// Writer, which belongs to the goroutine that follows the capture file.
package index
