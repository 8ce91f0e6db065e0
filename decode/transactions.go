// This file pairs the answers of a connection with the requests they answer.

package decode

// maxRequests is how many of the newest requests of a connection are
// remembered. Answers come within seconds; a client that lets this many
// questions pass without one is not waiting for it.
const maxRequests = 4096

// request is a request that may still be answered.
type request struct {
	key  uint32 // name
	tag  int64
	time int64
}

// transactions remembers the requests of one connection by transaction id. The
// newest request with an id counts: clients use ids again.
type transactions struct {
	byID recent[int64, request]
	png  request // the newest PNG; key 0 when there is none
}

// Asked notes that f, a command of the client, is the request tag, made at
// time. Tag and time are the owner's: Answers hands them back.
func (c *Conn) Asked(f *Frame, tag, time int64) {
	if f.Kind != FrameCommand {
		return
	}
	t := &c.requests
	r := request{key: nameKey(f.Raw), tag: tag, time: time}
	if r.key == kPNG {
		t.png = r
		return
	}
	id := TrID(f.Raw[:f.Line], C2S, c.Dialect)
	if id < 0 {
		return
	}
	t.byID.put(id, r, maxRequests)
}

// Answers returns the tag and time of the request that f, a command of the
// server, answers. One request may have many answers (SYN, LST, ANS). QNG
// answers the newest PNG. Id 0 is the server's own ("ADD 0 RL ...", "CHL 0 ...")
// unless the client has used it for a request that has such an answer.
func (c *Conn) Answers(f *Frame) (tag, time int64, ok bool) {
	if f.Kind != FrameCommand {
		return 0, 0, false
	}
	t := &c.requests
	key := nameKey(f.Raw)
	if key == kQNG {
		return t.png.tag, t.png.time, t.png.key != 0
	}
	id := TrID(f.Raw[:f.Line], S2C, c.Dialect)
	if id < 0 {
		return 0, 0, false
	}
	r, ok := t.byID.get(id)
	if !ok || id == 0 && !mayAnswer(key, r.key) {
		return 0, 0, false
	}
	return r.tag, r.time, true
}

// mayAnswer reports whether a server says answer to the request asked.
func mayAnswer(answer, asked uint32) bool {
	switch {
	case answer == asked, isDigit(byte(answer >> 16)):
		return true
	}
	switch asked {
	case kUSR:
		return answer == kXFR
	case kANS:
		return answer == kIRO
	case kMSG:
		return answer == kACK || answer == kNAK
	case kSYN:
		return answer == kGTC || answer == kBLP || answer == kPRP || answer == kLSG || answer == kLST
	case kCHG, kADD, kADC:
		return answer == kILN
	}
	return false
}
