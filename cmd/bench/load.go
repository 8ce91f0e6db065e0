// This file makes the load: messages of 200 bytes on 16 connections.

package main

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	connections = 16
	rate        = 1000 // messages a second over all connections
	bodyLength  = 200
)

// message is the command that goes round; an echo of it is a command too.
var message = fmt.Appendf(nil, "MSG 5 A %d\r\n%s", bodyLength,
	("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n" + strings.Repeat("hello ", 40))[:bodyLength])

// times are durations in microseconds.
type times []float64

func (t times) percentile(p int) float64 {
	if len(t) == 0 {
		return 0
	}
	slices.Sort(t)
	return t[min(len(t)*p/100, len(t)-1)]
}

// onEach runs f on 16 connections and returns the first error.
func onEach(address string, f func(i int, c net.Conn) error) error {
	errs := make(chan error, connections)
	for i := range connections {
		go func() {
			c, err := net.Dial("tcp", address)
			if err == nil {
				err = f(i, c)
				c.Close()
			}
			errs <- err
		}()
	}
	var first error
	for range connections {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// roundTrip sends the message and reads its echo.
func roundTrip(c net.Conn, buf []byte) error {
	if _, err := c.Write(message); err != nil {
		return err
	}
	_, err := io.ReadFull(c, buf[:len(message)])
	return err
}

// fixedRate sends at a fixed rate and measures from the moment each message
// was due, so that a stall counts for all it delayed.
func fixedRate(address string, length time.Duration) (times, error) {
	var mu sync.Mutex
	var all times
	interval := time.Second * connections / rate
	start := time.Now().Add(100 * time.Millisecond)
	err := onEach(address, func(i int, c net.Conn) error {
		buf := make([]byte, len(message))
		own := make(times, 0, int(length/interval)+1)
		due := start.Add(interval * time.Duration(i) / connections)
		for end := start.Add(length); due.Before(end); due = due.Add(interval) {
			time.Sleep(time.Until(due))
			if err := roundTrip(c, buf); err != nil {
				return err
			}
			own = append(own, float64(time.Since(due).Nanoseconds())/1000)
		}
		mu.Lock()
		all = append(all, own...)
		mu.Unlock()
		return nil
	})
	return all, err
}

// flood sends as fast as the echoes come.
func flood(address string, length time.Duration) (n int, took time.Duration, err error) {
	var mu sync.Mutex
	start := time.Now()
	err = onEach(address, func(_ int, c net.Conn) error {
		buf := make([]byte, len(message))
		own := 0
		for time.Since(start) < length {
			if err := roundTrip(c, buf); err != nil {
				return err
			}
			own++
		}
		mu.Lock()
		n += own
		mu.Unlock()
		return nil
	})
	return n, time.Since(start), err
}
