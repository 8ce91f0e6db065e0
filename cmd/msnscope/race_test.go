//go:build race

// This file says that the race detector watches, which takes memory of its own.

package main

const raceEnabled = true
