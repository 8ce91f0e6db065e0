// This file holds the cache of blocks that were read lately.

package index

import (
	"container/list"
	"sync"
	"sync/atomic"
	"time"
)

// recentBytes bounds the memory of the cached blocks: some 250,000 events, a
// few screens of each of many viewers.
const recentBytes = 32 << 20

// watchedFor is how long somebody who has looked at blocks is taken to look on.
const watchedFor = 2 * time.Second

// recent is a cache of whole blocks by first id; the least recently used are
// forgotten.
type recent struct {
	mu    sync.Mutex
	order list.List // of *Block, the latest in front
	byID  map[int64]*list.Element
	size  int
	asked atomic.Int64 // when somebody looked at a block last, Unix ns
}

// watched reports whether somebody is looking at blocks.
func (c *recent) watched() bool {
	return time.Since(time.Unix(0, c.asked.Load())) < watchedFor
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

// clear forgets all blocks.
func (c *recent) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.order.Init()
	c.byID, c.size = nil, 0
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
