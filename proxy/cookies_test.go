// This file tests which server a cookie leads to.

package proxy

import (
	"fmt"
	"testing"
	"time"
)

func TestCookies(t *testing.T) {
	var k cookies
	now := time.Unix(1e9, 0)
	a, b, c := target{"a", 1}, target{"b", 1}, target{"c", 1}
	add := func(cookie string, to target, wantPort bool) {
		t.Helper()
		if got := k.add(now, cookie, route{target: to}); got != wantPort {
			t.Errorf("add %s %s: port of its own %v", cookie, to, got)
		}
	}
	lookup := func(cookie string, own, want target) {
		t.Helper()
		r, ok := k.lookup(now, []byte(cookie), own)
		if ok != (want != target{}) || r.target != want {
			t.Errorf("lookup %s on %s: %v %v, want %s", cookie, own, r.target, ok, want)
		}
	}
	none := target{}
	lookup("1.2", none, none)
	add("1.2", a, false)
	add("1.2", a, false)
	lookup("1.2", none, a)
	lookup("1.2", b, a) // a port announced for b as a notification server
	add("1.2", b, true)
	add("1.2", b, true)
	add("1.2", c, true)
	lookup("1.2", none, a)
	lookup("1.2", b, b)
	lookup("1.2", c, c)
	lookup("1.3", b, none)

	now = now.Add(cookieLife - time.Second)
	add("1.2", b, true)
	now = now.Add(time.Second)
	lookup("1.2", none, b) // a and c have expired
	lookup("1.2", a, b)
	add("1.2", a, false)
	lookup("1.2", none, a)
	now = now.Add(2 * cookieLife)
	lookup("1.2", none, none)
	if len(k.routes)+len(k.queue) != 0 {
		t.Errorf("%d cookies and %d ends are kept", len(k.routes), len(k.queue))
	}
}

func TestCookiesExpireThoughNobodyComes(t *testing.T) {
	var k cookies
	now := time.Unix(1e9, 0)
	k.add(now, "1.2", route{target: target{"a", 1}})
	k.expire(now.Add(cookieLife - time.Second))
	if len(k.routes) != 1 {
		t.Error("a cookie has expired early")
	}
	k.expire(now.Add(cookieLife))
	if k.routes != nil || k.queue != nil {
		t.Errorf("%d cookies and %d ends are kept", len(k.routes), len(k.queue))
	}
}

func TestCookiesAreBounded(t *testing.T) {
	var k cookies
	now := time.Unix(1e9, 0)
	for i := range maxCookies + 1000 {
		k.add(now, fmt.Sprint(i), route{target: target{"a", 1}})
	}
	for range maxCookies + 1000 {
		k.add(now, "same", route{target: target{"a", 1}})
	}
	if len(k.routes) > maxCookies || len(k.queue) > maxCookies {
		t.Errorf("%d cookies, %d ends", len(k.routes), len(k.queue))
	}
	if _, ok := k.lookup(now, []byte("same"), target{}); !ok {
		t.Error("the newest is forgotten")
	}
}
