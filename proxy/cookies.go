// This file remembers which server a switchboard cookie belongs to.

package proxy

import (
	"sync"
	"time"

	"msnscope/decode"
)

const (
	// cookieLife is how long a cookie is remembered. Servers honour them for
	// one or two minutes, but clients may try again.
	cookieLife = 5 * time.Minute
	// maxCookies and maxCookie bound the memory that servers can fill with
	// cookies nobody comes back for: some 50 MB. The longest cookies seen have
	// 36 bytes. A longer one is not remembered, its server gets a port.
	maxCookies = 100_000
	maxCookie  = 256
)

// cookies says which server to connect a client to that shows a cookie. Cookies
// are opaque, and servers that know nothing of each other may hand out the same
// one: the first server owns it on the main listeners, for the others a port
// of their own is announced. The zero value is ready.
type cookies struct {
	mu     sync.Mutex
	routes map[string][]*route
	queue  []queued // in the order of their ends; expired ones are at the front
}

// route is a cookie's server.
type route struct {
	target    target
	dialect   decode.Dialect // of the connection whose redirect named it
	source    string         // what named it: "XFR SB of HOST:PORT"
	announced bool           // it has a port of its own for this cookie
	expires   time.Time
}

type queued struct {
	cookie  string
	route   *route
	expires time.Time
}

// add remembers that cookie belongs to r.target. It reports whether a port must
// be announced for the target since the cookie is another one's on the main
// listeners.
func (k *cookies) add(now time.Time, cookie string, r route) (announced bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.purge(now)
	if k.routes == nil {
		k.routes = make(map[string][]*route)
	}
	var known *route
	taken := false
	for _, o := range k.routes[cookie] {
		if o.target == r.target {
			known = o
		} else if !o.announced {
			taken = true
		}
	}
	if known == nil {
		known = &r
		known.announced = taken
		k.routes[cookie] = append(k.routes[cookie], known)
	}
	known.dialect, known.source = r.dialect, r.source
	known.expires = now.Add(cookieLife)
	k.queue = append(k.queue, queued{cookie, known, known.expires})
	return known.announced
}

// lookup finds the server of a client that shows cookie on a listener. own is
// the server that an announced listener stands for, the zero target else.
func (k *cookies) lookup(now time.Time, cookie []byte, own target) (route, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.purge(now)
	routes := k.routes[string(cookie)]
	for _, r := range routes {
		if r.target == own {
			return *r, true
		}
	}
	for _, r := range routes {
		if !r.announced || len(routes) == 1 {
			return *r, true
		}
	}
	return route{}, false
}

// expire forgets what has expired: when nobody comes any more, nothing else does.
func (k *cookies) expire(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.purge(now)
}

// purge forgets what has expired, and the oldest beyond maxCookies.
func (k *cookies) purge(now time.Time) {
	for len(k.queue) > 0 {
		q := k.queue[0]
		if len(k.queue) < maxCookies && now.Before(q.expires) {
			return
		}
		k.queue[0] = queued{}
		k.queue = k.queue[1:]
		if q.expires != q.route.expires {
			continue // named again since, which has an entry of its own
		}
		routes := k.routes[q.cookie]
		kept := routes[:0]
		for _, r := range routes {
			if r != q.route {
				kept = append(kept, r)
			}
		}
		clear(routes[len(kept):])
		if len(kept) == 0 {
			delete(k.routes, q.cookie)
		} else {
			k.routes[q.cookie] = kept
		}
	}
	k.routes, k.queue = nil, nil // a map keeps the room that it had
}
