// This file is the ways in which a peer cuts its commands into writes. Each
// write becomes a TCP segment, since Nagle's algorithm is off.

package msnptest

import (
	"bytes"
	"io"
	"math/rand/v2"
)

// Writing says how commands become writes.
type Writing uint8

const (
	// OneEach writes each command, payload included, at once.
	OneEach Writing = iota
	// Glued writes several commands at once where several are ready.
	Glued
	// Pieces cuts commands into writes of 1 to 7 bytes.
	Pieces
	// CRLFApart writes a line and its CR, then its LF and the payload, as aMSN 0.80 does.
	CRLFApart
	// HeadApart writes the line and the payload apart, as libmsn2 does.
	HeadApart
)

const maxPiece = 7

// writeCommand writes one command in the given way. It is not for Glued, which
// needs several commands.
func writeCommand(w io.Writer, cmd []byte, how Writing, rnd *rand.Rand) error {
	for len(cmd) > 0 {
		n := len(cmd)
		lf := bytes.IndexByte(cmd, '\n')
		switch {
		case how == Pieces:
			n = min(n, 1+rnd.IntN(maxPiece))
		case how == CRLFApart && lf > 0:
			n = lf
		case how == HeadApart && lf >= 0:
			n = lf + 1
		}
		if _, err := w.Write(cmd[:n]); err != nil {
			return err
		}
		cmd = cmd[n:]
		if how != Pieces {
			how = OneEach // the rest, with whatever line ends a payload has
		}
	}
	return nil
}
