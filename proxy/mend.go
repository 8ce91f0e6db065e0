// This file makes commands that were changed by hand whole again: the length of
// their payload, their transaction id, their line end.

package proxy

import (
	"bytes"
	"strconv"

	"msnscope/decode"
)

// MendLength returns a command of dir with the length in its line made that of
// what follows the line. A command that can have no payload stays as it is.
func MendLength(cmd []byte, dir decode.Direction) []byte {
	line, end := lineOf(cmd)
	if !hasLength(line, dir) {
		return cmd
	}
	w := lastWord(line)
	if _, err := strconv.ParseUint(string(line[w.Start:w.End]), 10, 32); err != nil {
		return cmd
	}
	size := strconv.Itoa(len(cmd) - end)
	if size == string(line[w.Start:w.End]) {
		return cmd
	}
	return bytes.Join([][]byte{cmd[:w.Start], []byte(size), cmd[w.End:]}, nil)
}

// hasLength reports whether a command with that line can end in a length.
func hasLength(line []byte, dir decode.Direction) bool {
	for _, s := range decode.LookUp(string(line[:min(3, len(line))]), dir) {
		if s.Payload {
			return true
		}
	}
	return false
}

// lineOf returns the line of a command without its end, and the offset behind
// that.
func lineOf(cmd []byte) (line []byte, end int) {
	i := bytes.IndexByte(cmd, '\n')
	if i < 0 {
		return cmd, len(cmd)
	}
	return bytes.TrimSuffix(cmd[:i], []byte("\r")), i + 1
}

func lastWord(line []byte) decode.Span {
	s := decode.Span{End: len(bytes.TrimRight(line, " \t"))}
	s.Start = bytes.LastIndexByte(line[:s.End], ' ') + 1
	return s
}

// EndLine gives a command that is one line without an end its end.
func EndLine(cmd []byte) []byte {
	if len(cmd) == 0 || bytes.IndexByte(cmd, '\n') >= 0 {
		return cmd
	}
	return append(bytes.TrimRight(bytes.Clone(cmd), "\r"), '\r', '\n')
}

// withTrID returns a request with its transaction id made id; ok is false if it
// carries none.
func withTrID(cmd []byte, id int64) (out []byte, ok bool) {
	line, _ := lineOf(cmd)
	if decode.TrID(line, decode.C2S, 0) < 0 {
		return cmd, false
	}
	w := decode.NextWord(line, 3)
	return bytes.Join([][]byte{cmd[:w.Start], strconv.AppendInt(nil, id, 10), cmd[w.End:]}, nil), true
}
