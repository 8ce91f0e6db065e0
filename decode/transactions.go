// This file pairs the answers of a connection with the requests they answer.

package decode

// Limits of the requests of a connection that are remembered. Answers come
// within seconds; a client that lets maxRequests questions pass without one is
// not waiting for it.
const (
	minRequests = 16
	maxRequests = 4096
)

// request is a request that may still be answered.
type request struct {
	key  uint32 // name; 0 for none
	id   int64
	tag  int64
	time int64
}

// transactions remembers the requests of one connection by transaction id. The
// newest request with an id counts: clients use ids again.
//
// Clients count their ids up, so a request lies at its id modulo the size of
// the table and takes the place of one that is as many requests older.
type transactions struct {
	table []request // its size is a power of two
	used  int       // ids put into it
	png   request   // the newest PNG
}

func (t *transactions) put(r request) {
	if t.used >= len(t.table) && len(t.table) < maxRequests {
		old := t.table
		t.table, t.used = make([]request, max(minRequests, 2*len(old))), 0
		for i := range old {
			if old[i].key != 0 {
				t.put(old[i])
			}
		}
	}
	at := &t.table[uint64(r.id)%uint64(len(t.table))]
	if at.key == 0 || at.id != r.id {
		t.used++
	}
	*at = r
}

func (t *transactions) get(id int64) (request, bool) {
	if len(t.table) == 0 {
		return request{}, false
	}
	r := t.table[uint64(id)%uint64(len(t.table))]
	return r, r.id == id && r.key != 0
}

// Asked notes that f, a command of the client, is the request tag, made at
// time. Tag and time are the owner's: Answers hands them back.
func (c *Conn) Asked(f *Frame, tag, time int64) {
	if f.Kind != FrameCommand {
		return
	}
	t := &c.requests
	r := request{key: nameKey(f.Raw), id: -1, tag: tag, time: time}
	if r.key == kPNG {
		t.png = r
		return
	}
	if r.id = TrID(f.Raw[:f.Line], C2S, c.Dialect); r.id >= 0 {
		t.put(r)
	}
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
	r, ok := t.get(id)
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
