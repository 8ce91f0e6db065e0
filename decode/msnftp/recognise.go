// This file tells MSNFTP from other protocols by its first lines.

package msnftp

import (
	"bytes"
	"strconv"

	"msnscope/decode"
)

// maxFirst is how long a first line may be. "VER MSNFTP" has ten bytes, other
// programs add a number or more names of protocols.
const maxFirst = 128

// Recognise says whether a connection speaks MSNFTP by the first bytes of both
// its sides, either of which may be empty.
func Recognise(c2s, s2c []byte) decode.Answer {
	a, b := first(c2s), first(s2c)
	switch {
	case a == decode.Yes || b == decode.Yes:
		return decode.Yes
	case a == decode.No || b == decode.No:
		return decode.No
	}
	return decode.Maybe
}

// first judges the first line of a side.
func first(p []byte) decode.Answer {
	if len(p) == 0 {
		return decode.Maybe
	}
	for i, c := range []byte("VER ") {
		if i == len(p) {
			return decode.Maybe
		}
		if p[i] != c {
			return laterLine(p)
		}
	}
	line, _, whole := bytes.Cut(p[:min(len(p), maxFirst)], []byte("\n"))
	if !whole {
		if len(p) >= maxFirst {
			return decode.No
		}
		return decode.Maybe
	}
	for _, w := range bytes.Fields(line) {
		if string(w) == "MSNFTP" {
			return decode.Yes
		}
	}
	return decode.No
}

// laterLine judges a side whose VER was not captured: only FIL with a size is a
// line that no other protocol has.
func laterLine(p []byte) decode.Answer {
	if !bytes.HasPrefix(p, []byte("FIL ")[:min(len(p), 4)]) {
		return decode.No
	}
	line, _, whole := bytes.Cut(p[:min(len(p), maxFirst)], []byte("\n"))
	if !whole {
		if len(p) >= maxFirst {
			return decode.No
		}
		return decode.Maybe
	}
	words := bytes.Fields(line)
	if _, err := strconv.ParseUint(string(words[len(words)-1]), 10, 63); err != nil || len(words) < 2 {
		return decode.No
	}
	return decode.Yes
}
