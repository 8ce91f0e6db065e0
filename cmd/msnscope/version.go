// This file is the subcommand version.

package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/pflag"
)

// version is the release this source is, or is on the way to.
const version = "0.1.0"

// fullVersion adds the commit when the build knows it.
func fullVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + " (" + s.Value[:12] + ")"
		}
	}
	return version
}

func defineVersion(*pflag.FlagSet) func(*env, []string) error {
	return func(e *env, args []string) error {
		if len(args) > 0 {
			return usagef("takes no arguments")
		}
		fmt.Fprintf(e.stdout, "msnscope %s\n", fullVersion())
		return nil
	}
}
