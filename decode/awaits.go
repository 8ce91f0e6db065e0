// This file says which requests have an answer that must come.

package decode

// awaited are the names of the commands of a client that the table gives an
// answer to.
var awaited = func() map[uint32]bool {
	names := map[uint32]bool{}
	for _, s := range Specs() {
		if s.Dir == C2S && len(s.Replies) > 0 && len(s.Name) == 3 {
			names[nameKey([]byte(s.Name))] = true
		}
	}
	return names
}()

// Awaits reports whether f, a command of a client, asks for an answer that must
// come. Of MSG that is so with the letter A; with N only a failure is answered,
// with U nothing (IETF draft draft-movva-msn-messenger-protocol-00, 8.7).
func Awaits(f *Frame) bool {
	if f.Kind != FrameCommand || f.Line < 3 {
		return false
	}
	key := nameKey(f.Raw)
	if key != kMSG {
		return awaited[key]
	}
	line := f.Raw[:f.Line]
	return string(NextWord(line, NextWord(line, 3).End).Of(line)) == "A"
}
