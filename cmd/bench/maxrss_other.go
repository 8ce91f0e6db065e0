//go:build !linux

// This file stands in for how much memory a command took, where the system is
// not asked.

package main

import "os/exec"

func maxRSS(*exec.Cmd) float64 { return 0 }
