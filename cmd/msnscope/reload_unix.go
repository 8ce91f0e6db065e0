// This file is the signal on which files are read again.

//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// reloadSignals returns what receives SIGHUP, and how to end that.
func reloadSignals() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}
