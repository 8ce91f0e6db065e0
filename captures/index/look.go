// This file gives what a block's columns say of an event, without its bytes.

package index

import (
	"msnscope/captures/event"
	"msnscope/decode"
)

// Look is what can be told of an event from the head of its block.
type Look struct {
	Time       int64 // Unix ns
	Connection int64 // id within the capture
	Kind       event.Kind
	Dir        decode.Direction
	Role       decode.Role
	Command    [3]byte // zeros if it is no command
	Error      bool    // an error reply
	Size       int64   // bytes
	Back       int64   // how many events before this one stands the request that it answers; 0: it answers none
	Latency    int64   // ns since that request
	Account    string  // the connection's user
}

// Look returns what the columns say of event i. The block may have been read
// at the depth of its Columns.
func (b *Block) Look(i int) Look {
	r := &b.rows[i]
	l := Look{
		Time: r.time, Connection: int64(r.conn), Kind: event.Kind(r.flags & flagKind), Role: r.role,
		Command: r.cmd, Error: r.flags&flagError != 0, Size: int64(r.raw), Back: r.back, Latency: r.latency,
		Account: b.accounts[r.account],
	}
	if r.flags&flagS2C != 0 {
		l.Dir = decode.S2C
	}
	return l
}
