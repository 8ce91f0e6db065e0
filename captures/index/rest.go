// This file gives memory back when there is nothing to do.

package index

import (
	"context"

	"msnscope/captures/event"
)

// Rest gives up memory that only saves time: it is asked for when there is
// nothing to do.
func (x *Index) Rest() {
	x.recent.clear()
	if rd, err := x.reader(); err == nil {
		rd.db.SetMaxIdleConns(0) // closes them, with the pages that each keeps
		rd.db.SetMaxIdleConns(maxReaders)
	}
	if x.w != nil {
		_ = x.do(context.Background(), func() error {
			_, err := x.w.Exec("PRAGMA shrink_memory")
			return err
		})
	}
	for _, c := range x.Captures() {
		c.forgetChats()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range x.captures {
		c.forgetBlocks()
		c.settleParties(0)
	}
	x.cold.Lock()
	defer x.cold.Unlock()
	x.conns, x.sessions = recalled[kept]{}, recalled[event.Session]{}
}
