// Command bench measures msnscope beside its yardsticks, in the same run and
// interleaved, since machines are noisy: the relay beside a bare io.Copy relay
// and one that tees to a file, and decode beside tshark. It prints medians
// with their range, and the ratio to the yardstick. And it measures how fast a
// page finds what a filter selects in a store.
//
//	bench relay    --msnscope BINARY [--rounds 7]
//	bench decode   --msnscope BINARY [--rounds 5] [--megabytes 100]
//	bench find     --msnscope BINARY [--rounds 5] --store DIR [FILTER...]
//	bench generate --megabytes 100 FILE
//
// This file holds the command line and the figures.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	fs := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	binary := fs.String("msnscope", "bin/msnscope", "the `BINARY` to measure")
	rounds := fs.Int("rounds", 5, "rounds of each")
	seconds := fs.Float64("seconds", 4, "length of a relay measurement")
	size := fs.Int("megabytes", 60, "size of the generated capture")
	store := fs.String("store", "", "the store `DIR` in which to find")
	if err := fs.Parse(args); err != nil {
		return err
	}
	// Relays run in a directory of their own.
	program, err := filepath.Abs(*binary)
	if err != nil {
		return err
	}
	switch fs.Arg(0) {
	case "relay":
		return benchRelays(program, *rounds, *seconds)
	case "decode":
		return benchDecode(program, *rounds, *size)
	case "find":
		return benchFind(program, *store, *rounds, fs.Args()[1:])
	case "generate":
		packets, err := generate(fs.Arg(1), int64(*size)<<20)
		fmt.Println(packets, "packets")
		return err
	case "yardstick": // a child of `bench relay`
		return yardstick(fs.Arg(1), fs.Arg(2))
	}
	return fmt.Errorf("want relay, decode, find or generate")
}

// figures are the values of one quantity over the rounds.
type figures []float64

// median returns the middle value.
func (f figures) median() float64 {
	if len(f) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(f))
	return s[len(s)/2]
}

// String is "median [least-most]".
func (f figures) String() string {
	if len(f) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.4g [%.4g-%.4g]", f.median(), slices.Min(f), slices.Max(f))
}

// ratio is the median of the same-round ratios of f to base.
func (f figures) ratio(base figures) float64 {
	var r figures
	for i := range f {
		if i < len(base) && base[i] > 0 {
			r = append(r, f[i]/base[i])
		}
	}
	return r.median()
}
