// This file looks at bytes that are no commands, above all at those that come
// right behind a payload: a length that counts characters instead of bytes, or
// is wrong in another way, shows there.

package conform

import (
	"encoding/binary"
	"math/bits"

	"msnscope/decode"
)

// afterPayload remembers the newest command of each direction if it had a
// payload.
type afterPayload [2]struct {
	event    int64
	name     string
	followed int // bytes of its payload that follow a character's first one
	garbage  bool
}

func (a *afterPayload) command(n *command) {
	p := &a[n.ctx.Dir]
	if p.event != 0 || p.garbage {
		*p = afterPayload{}[0]
	}
	if body := n.frame.Raw[n.frame.Body:]; len(body) > 0 {
		p.event, p.name, p.followed = n.event, n.name, continued(body)
	}
}

// continued counts the bytes that continue a UTF-8 character: by so many a
// length in characters is too small.
func continued(b []byte) int {
	n := 0
	for ; len(b) >= 8; b = b[8:] {
		// The bit of each byte that is set while the one below it is not.
		x := binary.LittleEndian.Uint64(b)
		n += bits.OnesCount64(x &^ (x << 1) & 0x8080808080808080)
	}
	for _, c := range b {
		if c&0xc0 == 0x80 {
			n++
		}
	}
	return n
}

// raw looks at a frame that is no command.
func (c *Checker) raw() {
	f := c.now.frame
	p := &c.after[c.now.ctx.Dir]
	switch f.Why {
	case decode.WhyEmptyLine:
		c.note("blank-line", "an empty line")
		return
	case decode.WhyNoCommand, decode.WhyLost, decode.WhyLineTooLong:
	case decode.WhyMidStream, decode.WhyAfterGap, decode.WhyCutByGap:
		c.Gap()
		return
	default:
		return
	}
	switch {
	case p.event == 0 && f.Why == decode.WhyNoCommand:
		c.note("not-a-command", "%q is no command", shown(f.Raw))
	case p.event == 0 || p.garbage:
	case p.followed > 0 && p.followed+continued(f.Raw) == len(f.Raw):
		c.noteAt(p.event, "payload-characters", "%d bytes more belong to the payload of %s: its length counts characters", len(f.Raw), p.name)
	default:
		c.noteAt(p.event, "payload-length", "the payload of %s is followed by no command but by %q", p.name, shown(f.Raw))
	}
	p.garbage = true
	// A command may have been lost in it.
	c.blind = true
}
