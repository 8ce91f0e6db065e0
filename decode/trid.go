// This file says where a command carries its transaction id.

package decode

// TrID returns the transaction id of a command line, with or without its line
// end, or -1 when it carries none. It is the second word, if that is a number
// and is no other number: RNG has a session id there, QNG seconds, IPG and NOT
// the length of their payload, BPR the version of the list.
//
// From MSNP8 on the lines that belong to a SYN carry no id. The roster lines
// are told apart by their form, as servers do not keep to their dialect:
//
//	PRP 8 9 PHH 555     id 8, list version 9
//	PRP 9 PHH 555       no id (one revival server under MSNP5-7); from MSNP10,
//	                    which has no list version in it, id 9
//	PRP MFN Al          no id
//	GTC 8 9 A, GTC 8 A  id 8
//	GTC A               no id
//	LSG 8 9 1 1 0 A 0   id 8
//	LSG 0 A 0           no id
func TrID(line []byte, dir Direction, dialect Dialect) int64 {
	line = trimLineEnd(line)
	w := NextWord(line, 3)
	if len(line) < 4 || !isBlank(line[3]) {
		return -1
	}
	id, ok := number(w.Of(line))
	if !ok {
		return -1
	}
	key := nameKey(line)
	if dir == C2S {
		if key == kOUT || key == kPNG {
			return -1
		}
		return id
	}
	switch key {
	case kBPR, kBYE, kFLN, kIPG, kJOI, kMSG, kNLN, kNOT, kOUT, kQNG, kRNG, kUBX, kUBN, kUBM, kNFY:
		return -1
	case kPRP:
		if dialect < 10 && leadingNumbers(line) < 2 {
			return -1
		}
	case kLSG:
		if leadingNumbers(line) < 4 {
			return -1
		}
	}
	return id
}

// leadingNumbers counts the numbers that follow the name, up to 4.
func leadingNumbers(line []byte) int {
	n := 0
	for at := 3; n < 4; n++ {
		w := NextWord(line, at)
		if _, ok := number(w.Of(line)); !ok {
			break
		}
		at = w.End
	}
	return n
}
