// This file holds the flags that limit a store: what is kept, and when a new
// capture is begun.

package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures"
)

// limitFlags adds --keep-age and --keep-size, and for who records --rotate-size
// and --rotate-age.
func limitFlags(fs *pflag.FlagSet, records bool) *captures.Keep {
	k := new(captures.Keep)
	fs.Var((*ageFlag)(&k.Age), "keep-age", "remove captures not written to for so long: 36h, 30d, 8w (default: never)")
	fs.Var((*sizeFlag)(&k.Size), "keep-size", "remove the oldest captures beyond this size together: 500M, 20G (default: never)")
	if records {
		fs.Var((*sizeFlag)(&k.RotateSize), "rotate-size", "record new connections into a new capture from this size on (default: 256M)")
		fs.Var((*ageFlag)(&k.RotateAge), "rotate-age", "and from this age on: 24h, 7d (default: at no age)")
	}
	return k
}

// sizeFlag is a number of bytes: 4096, 64k, 500M, 20G.
type sizeFlag int64

// String is part of pflag.Value.
func (s *sizeFlag) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type is part of pflag.Value.
func (s *sizeFlag) Type() string { return "SIZE" }

// Set is part of pflag.Value.
func (s *sizeFlag) Set(text string) error {
	digits := strings.TrimRight(text, "kKMGTiB")
	shift, ok := map[string]uint{"": 0, "B": 0, "K": 10, "M": 20, "G": 30, "T": 40}[strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(text[len(digits):]), "B"), "I")]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !ok || n <= 0 || n > math.MaxInt64>>shift {
		return fmt.Errorf("%q is no size, such as 500M or 20G", text)
	}
	*s = sizeFlag(n << shift)
	return nil
}

// ageFlag is a length of time: what time.ParseDuration reads, or days and weeks.
type ageFlag time.Duration

// String is part of pflag.Value.
func (a *ageFlag) String() string {
	if *a == 0 {
		return ""
	}
	return time.Duration(*a).String()
}

// Type is part of pflag.Value.
func (a *ageFlag) Type() string { return "AGE" }

// Set is part of pflag.Value.
func (a *ageFlag) Set(text string) error {
	wrong := fmt.Errorf("%q is no length of time, such as 36h, 30d or 8w", text)
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil || n <= 0 || n > math.MaxInt64/int64(length) {
				return wrong
			}
			*a = ageFlag(time.Duration(n) * length)
			return nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return wrong
	}
	*a = ageFlag(d)
	return nil
}
