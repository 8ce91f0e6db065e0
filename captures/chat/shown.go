// This file recognises what several connections of a chat show.

package chat

import (
	"hash/maphash"
	"time"
)

const (
	// maxShown is how many of the last things that happened in a chat are
	// remembered, to be recognised when another connection shows them.
	maxShown = 256
	// shownWithin is how long the connections of a chat may be apart. It lets a
	// slow modem have its messages, and parts what happens again.
	shownWithin = int64(90 * time.Second)
	// ringSlot stands for the notification connection that shows a RNG.
	ringSlot = 63
)

var seed = maphash.MakeSeed()

// shown is something that connections show.
type shown struct {
	key  uint64
	time int64
	on   uint64 // connections that have shown it, a bit each
	line int    // that it became, -1 for none
}

// keyOf names what happens: content tells apart what the same person does.
func keyOf(k Kind, who uint16, content uint64) uint64 {
	return content ^ (uint64(k)<<16|uint64(who)+1)*0x9E3779B97F4A7C15
}

func hashOf(p []byte) uint64 { return maphash.Bytes(seed, p) }

// again finds the earliest of the things with this key that the connection has
// not shown yet, and notes that it has. nil: it is the first to show it. What
// happened before the connection began, it cannot show: who comes back within a
// minute may say the same once more.
func (c *Chat) again(key uint64, slot int, t int64) *shown {
	for i := range c.shown {
		s := &c.shown[i]
		if s.key == key && s.on>>slot&1 == 0 && t-s.time <= shownWithin && s.time >= c.begun[slot] {
			s.on |= 1 << slot
			return s
		}
	}
	return nil
}

// first notes that a connection is the first to show something.
func (c *Chat) first(key uint64, slot int, t int64, line int) {
	if len(c.shown) == maxShown {
		c.shown = append(c.shown[:0], c.shown[maxShown/2:]...)
	}
	c.shown = append(c.shown, shown{key, t, 1 << slot, line})
}

// slot returns the number of a connection among those of the chat. In a chat of
// more than 63 connections some share one: then a line may stand twice.
func (c *Chat) slot(connection int64) int {
	s, ok := c.slots[connection]
	if !ok {
		s = len(c.slots) % ringSlot
		c.slots[connection] = s
	}
	return s
}

// begins notes when a connection began, as its first command has told.
func (c *Chat) begins(connection, t int64) {
	if _, known := c.slots[connection]; !known && len(c.slots) < ringSlot {
		c.begun[c.slot(connection)] = t
	}
}
