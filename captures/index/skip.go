// This file holds the skip facts that are sets of hashes: which handles a block
// has, and what is said in it. They may say yes where it is no, never the other
// way round.

package index

import (
	"bytes"
	"encoding/binary"
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
)

const (
	handleBits = 13 // of each of the three hashes of a handle
	gramBits   = 12 // of that of three bytes
	// manyParams is the number of words from which on parameters of a line may be
	// runs of words.
	manyParams = 20
)

// skips are the sets of a block.
type skips struct {
	handles [1 << handleBits / 64]uint64
	grams   [1 << gramBits / 64]uint64
}

const skipsSize = (1<<handleBits + 1<<gramBits) / 8

// small maps ASCII capitals to small letters.
var small = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] |= 0x20
		}
	}
	return t
}()

func setAll(words []uint64) {
	for i := range words {
		words[i] = ^uint64(0)
	}
}

// add takes in an event.
func (s *skips) add(e *event.Event) {
	s.handle([]byte(e.Account))
	switch e.Kind {
	case event.Note:
		s.text([]byte(e.Text))
		return
	case event.Command:
	default:
		return
	}
	s.line(e)
	if !e.HasPayload() {
		return
	}
	if text, _, ok := e.Spoken(); ok {
		s.text(text)
	} else {
		setAll(s.grams[:])
	}
}

// line takes in the handles on a command's line.
func (s *skips) line(e *event.Event) {
	line := e.Raw[:e.Line]
	if bytes.IndexByte(line, '@') < 0 {
		return
	}
	if e.Role == decode.RoleFT || bytes.IndexByte(line, '\t') >= 0 {
		setAll(s.handles[:])
		return
	}
	for n, at := 0, 0; ; n++ {
		w := decode.NextWord(line, at)
		if w.Len() == 0 {
			break
		}
		if n == manyParams {
			setAll(s.handles[:])
			return
		}
		if word := w.Of(line); bytes.IndexByte(word, '@') >= 0 {
			s.handle(word)
		}
		at = w.End
	}
}

// handle takes in the name before the @ of a handle.
func (s *skips) handle(handle []byte) {
	h, ok := HandleOf(handle)
	if !ok { // letters may be equal in other ways
		setAll(s.handles[:])
		return
	}
	for _, bit := range h {
		s.handles[bit>>6] |= 1 << (bit & 63)
	}
}

// Handle is a handle as HasHandle looks for it.
type Handle [3]uint16

// HandleOf prepares a handle, of which the name before the @ counts, in any case.
// ok is false if there is more than ASCII in it.
func HandleOf[T string | []byte](handle T) (h Handle, ok bool) {
	hash, name := uint32(2166136261), true
	for i := range len(handle) {
		c := handle[i]
		if c >= 0x80 {
			return h, false
		}
		if name = name && c != '@'; name {
			hash = (hash ^ uint32(small[c])) * 16777619
		}
	}
	// Names that are counted (user1, user2 ...) differ in few bits of an FNV hash:
	// these are spread as MurmurHash3 does it.
	hash = (hash ^ hash>>16) * 0x85ebca6b
	hash = (hash ^ hash>>13) * 0xc2b2ae35
	hash ^= hash >> 16
	const mask = 1<<handleBits - 1
	return Handle{uint16(hash >> (32 - handleBits)), uint16(hash >> 4 & mask), uint16(hash * 0x9E3779B1 >> (32 - handleBits))}, true
}

// HasHandle reports whether the block may have an event whose connection has
// such an account, or whose line has such a handle.
func (f *Facts) HasHandle(h Handle) bool {
	for _, bit := range h {
		if f.skipped == f.Count && f.skips.handles[bit>>6]&(1<<(bit&63)) == 0 {
			return false
		}
	}
	return true
}

// text takes in what is said.
func (s *skips) text(text []byte) {
	ascii := true
	for _, c := range text {
		ascii = ascii && c < 0x80
	}
	s.three(text)
	if ascii {
		return
	}
	if bytes.Contains(text, []byte("\u212a")) || bytes.Contains(text, []byte("\u017f")) {
		setAll(s.grams[:]) // the letters that a regular expression takes for k and s
		return
	}
	s.three([]byte(strings.ToLower(string(text))))
}

// three takes in every run of three bytes.
func (s *skips) three(text []byte) {
	if len(text) < 3 {
		return
	}
	g := uint32(small[text[0]])<<8 | uint32(small[text[1]])
	for _, c := range text[2:] {
		g = g<<8 | uint32(small[c])
		h := g << 8 * 0x9E3779B1 >> (32 - gramBits)
		s.grams[h>>6] |= 1 << (h & 63)
	}
}

// Words are words as Says looks for them.
type Words struct{ places []uint16 }

// WordsOf prepares words, which are in lower case.
func WordsOf(words []string) (w Words) {
	var s skips
	for _, word := range words {
		s.three([]byte(word))
	}
	for i := range 1 << gramBits {
		if s.grams[i>>6]&(1<<(i&63)) != 0 {
			w.places = append(w.places, uint16(i))
		}
	}
	return w
}

// Says reports whether a text in the block may have all the words in it, in
// any case.
func (f *Facts) Says(w Words) bool {
	for _, i := range w.places {
		if f.skipped == f.Count && f.skips.grams[i>>6]&(1<<(i&63)) == 0 {
			return false
		}
	}
	return true
}

func (s *skips) encode(p []byte) []byte {
	for _, words := range [][]uint64{s.handles[:], s.grams[:]} {
		for _, w := range words {
			p = binary.LittleEndian.AppendUint64(p, w)
		}
	}
	return p
}

func (s *skips) decode(p []byte) {
	for _, words := range [][]uint64{s.handles[:], s.grams[:]} {
		for i := range words {
			words[i] = binary.LittleEndian.Uint64(p)
			p = p[8:]
		}
	}
}
