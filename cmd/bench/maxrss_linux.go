// This file asks the system how much memory a command took.

package main

import (
	"os/exec"
	"syscall"
)

// maxRSS is the most memory a finished command had, in MB.
func maxRSS(cmd *exec.Cmd) float64 {
	return float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}
