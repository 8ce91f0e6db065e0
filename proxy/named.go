// This file remembers the servers that redirects have named: those a client
// may ask for that names its server itself.

package proxy

import (
	"sync"
	"time"
)

const (
	// namedLife is how long a server may be asked for after a redirect named
	// it. Clients cache the last notification server from one day to the next.
	namedLife = 48 * time.Hour
	// maxNamed bounds the memory that servers can fill with names.
	maxNamed = 10_000
)

// named is a set of servers with the times of their last mention. The zero
// value is ready.
type named struct {
	mu    sync.Mutex
	until map[target]time.Time
}

func (n *named) add(now time.Time, t target) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.until == nil {
		n.until = make(map[target]time.Time)
	}
	if _, known := n.until[t]; !known && len(n.until) >= maxNamed {
		for o, end := range n.until { // any of them, those that are over first
			delete(n.until, o)
			if now.Before(end) {
				break
			}
		}
	}
	n.until[t] = now.Add(namedLife)
}

func (n *named) has(now time.Time, t target) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return now.Before(n.until[t])
}
