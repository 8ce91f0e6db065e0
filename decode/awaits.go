// This file says which requests have an answer that must come.

package decode

// Awaits reports whether f, a command of a client, asks for an answer that must
// come. Of MSG that is so with the letter A; with N only a failure is answered,
// with U nothing (IETF draft draft-movva-msn-messenger-protocol-00, 8.7).
func Awaits(f *Frame) bool {
	if f.Kind != FrameCommand || f.Line < 3 {
		return false
	}
	if nameKey(f.Raw) != kMSG {
		for _, s := range specsOf(f.Raw[:3], C2S) {
			if len(s.Replies) > 0 {
				return true
			}
		}
		return false
	}
	line := f.Raw[:f.Line]
	return string(NextWord(line, NextWord(line, 3).End).Of(line)) == "A"
}
