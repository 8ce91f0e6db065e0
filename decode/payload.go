// This file says which commands carry a payload and how long it is. Sources:
// the 1999 IETF draft draft-movva-msn-messenger-protocol-00 (MSG), the command
// pages of msnp-wiki (everything later) and captures.

package decode

// Command names that the framing and the connection state know, packed by
// nameKey.
const (
	kADC = 'A'<<16 | 'D'<<8 | 'C'
	kACK = 'A'<<16 | 'C'<<8 | 'K'
	kADD = 'A'<<16 | 'D'<<8 | 'D'
	kADG = 'A'<<16 | 'D'<<8 | 'G'
	kADL = 'A'<<16 | 'D'<<8 | 'L'
	kANS = 'A'<<16 | 'N'<<8 | 'S'
	kBLP = 'B'<<16 | 'L'<<8 | 'P'
	kBPR = 'B'<<16 | 'P'<<8 | 'R'
	kBYE = 'B'<<16 | 'Y'<<8 | 'E'
	kCAL = 'C'<<16 | 'A'<<8 | 'L'
	kCHG = 'C'<<16 | 'H'<<8 | 'G'
	kCHL = 'C'<<16 | 'H'<<8 | 'L'
	kCVQ = 'C'<<16 | 'V'<<8 | 'Q'
	kCVR = 'C'<<16 | 'V'<<8 | 'R'
	kDEL = 'D'<<16 | 'E'<<8 | 'L'
	kFLN = 'F'<<16 | 'L'<<8 | 'N'
	kFQY = 'F'<<16 | 'Q'<<8 | 'Y'
	kFSL = 'F'<<16 | 'S'<<8 | 'L'
	kGCF = 'G'<<16 | 'C'<<8 | 'F'
	kGET = 'G'<<16 | 'E'<<8 | 'T'
	kGTC = 'G'<<16 | 'T'<<8 | 'C'
	kILN = 'I'<<16 | 'L'<<8 | 'N'
	kINF = 'I'<<16 | 'N'<<8 | 'F'
	kIPG = 'I'<<16 | 'P'<<8 | 'G'
	kIRO = 'I'<<16 | 'R'<<8 | 'O'
	kJOI = 'J'<<16 | 'O'<<8 | 'I'
	kLSG = 'L'<<16 | 'S'<<8 | 'G'
	kLST = 'L'<<16 | 'S'<<8 | 'T'
	kMSG = 'M'<<16 | 'S'<<8 | 'G'
	kNAK = 'N'<<16 | 'A'<<8 | 'K'
	kNFY = 'N'<<16 | 'F'<<8 | 'Y'
	kNLN = 'N'<<16 | 'L'<<8 | 'N'
	kNOT = 'N'<<16 | 'O'<<8 | 'T'
	kOUT = 'O'<<16 | 'U'<<8 | 'T'
	kPAG = 'P'<<16 | 'A'<<8 | 'G'
	kPGD = 'P'<<16 | 'G'<<8 | 'D'
	kPNG = 'P'<<16 | 'N'<<8 | 'G'
	kPRP = 'P'<<16 | 'R'<<8 | 'P'
	kPUT = 'P'<<16 | 'U'<<8 | 'T'
	kQNG = 'Q'<<16 | 'N'<<8 | 'G'
	kQRY = 'Q'<<16 | 'R'<<8 | 'Y'
	kREA = 'R'<<16 | 'E'<<8 | 'A'
	kREG = 'R'<<16 | 'E'<<8 | 'G'
	kREM = 'R'<<16 | 'E'<<8 | 'M'
	kRMG = 'R'<<16 | 'M'<<8 | 'G'
	kRML = 'R'<<16 | 'M'<<8 | 'L'
	kRNG = 'R'<<16 | 'N'<<8 | 'G'
	kSDC = 'S'<<16 | 'D'<<8 | 'C'
	kSDG = 'S'<<16 | 'D'<<8 | 'G'
	kSYN = 'S'<<16 | 'Y'<<8 | 'N'
	kUBM = 'U'<<16 | 'B'<<8 | 'M'
	kUBN = 'U'<<16 | 'B'<<8 | 'N'
	kUBX = 'U'<<16 | 'B'<<8 | 'X'
	kUSR = 'U'<<16 | 'S'<<8 | 'R'
	kUUM = 'U'<<16 | 'U'<<8 | 'M'
	kUUN = 'U'<<16 | 'U'<<8 | 'N'
	kUUX = 'U'<<16 | 'U'<<8 | 'X'
	kVAS = 'V'<<16 | 'A'<<8 | 'S'
	kVER = 'V'<<16 | 'E'<<8 | 'R'
	kXFR = 'X'<<16 | 'F'<<8 | 'R'
)

// errorPayloadSince is the first dialect whose error replies may carry a
// payload ("241 9 70").
const errorPayloadSince Dialect = 11

// payloadShape returns the first dialect in which a command carries a payload
// and the fewest words its line then has, or 0 words when it never does.
// The commands of MSNP2-7 are taken to carry it in every dialect: nobody sends
// QRY under MSNP2, and who does means the QRY of MSNP6.
//
// The fewest words keep a truncated line ("MSG 5", "QRY 10") from being read as
// one with a payload; MSG from the server may have an empty name, so three.
func payloadShape(dir Direction, key uint32) (since Dialect, words int) {
	if dir == C2S {
		switch key {
		case kMSG, kQRY, kPAG, kSDC:
			return 0, 4
		case kPGD:
			return 9, 5
		case kUUX:
			return 11, 3
		case kADL, kRML:
			return 13, 3
		case kUUN:
			return 13, 5
		case kFQY:
			return 14, 3
		case kUUM:
			return 14, 6
		case kPUT, kDEL, kSDG, kGET, kFSL, kVAS:
			return 18, 3
		}
		return 0, 0
	}
	switch key {
	case kMSG:
		return 0, 3
	case kNOT, kIPG:
		return 0, 2
	case kUBX, kUUX, kGCF:
		return 11, 3
	case kADL, kRML:
		return 13, 3
	case kUBN:
		return 13, 4
	case kFQY:
		return 14, 3
	case kUBM:
		return 14, 5
	case kPUT, kDEL, kNFY, kSDG, kGET, kFSL, kVAS:
		return 18, 3
	}
	return 0, 0
}

// payloadLength returns the length of the payload that follows line, which is
// without its line end and begins with a name; 0 when there is none. The length
// is always the last word, blanks behind it notwithstanding; a last word that
// is no number ("ADL 8 OK") means no payload.
//
// While the dialect is not known (0) the commands that only later dialects have
// are taken at their word: no MSNP2-7 peer sends an UBX, and a capture that
// begins after the VER of an MSNP11 connection is full of them. Under a known
// dialect they carry a payload only from the version that introduced it, and
// error replies only from MSNP11 on, in exactly three words.
func payloadLength(dir Direction, dialect Dialect, line []byte) int64 {
	if isDigit(line[0]) {
		if dir == C2S || dialect < errorPayloadSince {
			return 0
		}
		return errorPayloadLength(line)
	}
	since, words := payloadShape(dir, nameKey(line))
	if words == 0 || (dialect != 0 && dialect < since) {
		return 0
	}
	end := len(line)
	for end > 0 && isBlank(line[end-1]) {
		end--
	}
	start := end
	for start > 0 && !isBlank(line[start-1]) {
		start--
	}
	n, ok := number(line[start:end])
	if !ok || n == 0 {
		return 0
	}
	at := 3 // behind the name
	for range words - 2 {
		w := NextWord(line[:start], at)
		if w.Len() == 0 {
			return 0 // the last word comes too early to be a length
		}
		at = w.End
	}
	return n
}

func errorPayloadLength(line []byte) int64 {
	var words [maxWords]Span
	if firstWords(&words, line) != 3 {
		return 0
	}
	if _, ok := number(words[1].Of(line)); !ok {
		return 0
	}
	n, _ := number(words[2].Of(line))
	return n
}
