// This file steps over bodies that come in chunks, so that the head behind them
// is found.

package proxy

import (
	"bytes"

	"msnscope/decode/httphead"
)

// maxChunkLine is the longest line between chunks, or behind the last one.
const maxChunkLine = 1 << 10

// chunked is which line comes next of a body in chunks.
type chunked uint8

const (
	noChunks  chunked = iota // there is no such body
	atSize                   // the size of a chunk, which follows
	behindOne                // the line end behind a chunk
	atTrailer                // fields behind the last chunk, up to an empty line
)

// line takes the line that b begins with and returns how far the next one, or
// the next head, is away: 0 while the line is not whole, or if it is none.
func (h *heads) line(b []byte) int64 {
	text, _, whole := bytes.Cut(b, []byte("\n"))
	if !whole {
		h.lost = len(b) > maxChunkLine
		return 0
	}
	n := int64(len(text)) + 1
	text = bytes.TrimRight(text, "\r")
	switch h.body {
	case atSize:
		size, ok := httphead.ChunkSize(text)
		h.lost = !ok
		h.body = behindOne
		if size == 0 {
			h.body = atTrailer
		}
		n += size
	case behindOne:
		h.lost = len(text) > 0
		h.body = atSize
	case atTrailer:
		if len(text) == 0 {
			h.body = noChunks
		}
	}
	if h.lost {
		return 0
	}
	return n
}
