// This file defines the frame: what a Framer cuts a stream into.

package decode

// FrameKind says what a Frame holds.
type FrameKind uint8

const (
	// FrameCommand is one whole command: a line, its line end and its payload.
	FrameCommand FrameKind = iota
	// FrameRaw is bytes that are no whole command; Frame.Why says why.
	FrameRaw
)

// Reasons why bytes are no command, the values of Frame.Why.
const (
	WhyEmptyLine    = "empty line"                             // blank line between commands: legal noise
	WhyNoCommand    = "no command"                             // a line whose first word is no command name
	WhyLineTooLong  = "line longer than 64 KiB"                // framing of this direction is lost
	WhyPayloadLimit = "payload longer than the limit"          // framing of this direction is lost
	WhyMidStream    = "before the first recognisable command"  // capture begins in mid-stream
	WhyLost         = "framing lost"                           // between losing sync and locking on again
	WhyCutByGap     = "cut by missing packets"                 // beginning of a command whose rest is missing
	WhyAfterGap     = "rest of a command with missing packets" // end of a command whose beginning is missing
	WhyCutByEnd     = "cut by the end of the stream"           // last bytes of a stream, no whole command
	WhyHeld         = "end of the command waited for too long" // while too many other commands waited for theirs
	WhyNotMSNP      = "not MSNP"                               // the connection speaks something else
)

// Frame is one piece of a direction's stream. The concatenation of the Raw of
// all frames of a stream is the stream.
type Frame struct {
	Kind FrameKind
	Raw  []byte // valid until the next call on the Framer that produced it
	Line int    // length of the command line in Raw, without its line end
	Body int    // offset of the payload in Raw; len(Raw) when there is none
	// Offset is the position of Raw[0] in the stream of its direction, missing
	// bytes counted.
	Offset  int64
	Why     string // for FrameRaw: one of the Why constants
	Partial bool   // FrameRaw that is a piece of a command cut by a gap or by the end
}

// Name returns the first word of a command's line: "NLN", "911".
func (f *Frame) Name() []byte {
	if f.Kind != FrameCommand || f.Line < 3 {
		return nil
	}
	return f.Raw[:3]
}
