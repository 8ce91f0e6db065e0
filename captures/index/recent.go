// This file holds the cache of blocks that were read lately.

package index

import (
	"container/list"
	"sync"
)

// recentBytes bounds the memory of the cached blocks: some 250,000 events, a
// few screens of each of many viewers.
const recentBytes = 32 << 20

// recent is a cache of whole blocks by first id; the least recently used are
// forgotten.
type recent struct {
	mu    sync.Mutex
	order list.List // of *Block, the latest in front
	byID  map[int64]*list.Element
	size  int
}

func (c *recent) get(first int64) *Block {
	c.mu.Lock()
	defer c.mu.Unlock()
	el := c.byID[first]
	if el == nil {
		return nil
	}
	c.order.MoveToFront(el)
	return el.Value.(*Block)
}

func (c *recent) put(b *Block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = map[int64]*list.Element{}
	}
	c.forget(c.byID[b.First])
	c.byID[b.First] = c.order.PushFront(b)
	c.size += b.weight()
	for c.size > recentBytes && c.order.Len() > 1 {
		c.forget(c.order.Back())
	}
}

func (c *recent) forget(el *list.Element) {
	if el == nil {
		return
	}
	b := c.order.Remove(el).(*Block)
	delete(c.byID, b.First)
	c.size -= b.weight()
}

// drop forgets the blocks with first ids from lo up to hi.
func (c *recent) drop(lo, hi int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, el := range c.byID {
		if id >= lo && id < hi {
			c.forget(el)
		}
	}
}
