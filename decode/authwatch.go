// This file follows a connection for its proofs: it remembers the challenges of
// the server and checks what the client answers.

package decode

import "strings"

// ProofKind says what a proof is about.
type ProofKind uint8

// The kinds of proofs.
const (
	ProofOfPassword ProofKind = iota // USR MD5 S
	ProofOfProgram                   // QRY
)

// Proven is a client's answer to a challenge, checked.
type Proven struct {
	Kind   ProofKind
	Who    string // the account, or the id of the program
	Result Proof
	// Why says why it was not checked, "" if it was.
	Why string
}

// maxChallenges is how many unanswered CHL are remembered. Servers ask once in
// some minutes.
const maxChallenges = 8

// ProofWatch checks the proofs of one connection. The zero value is ready.
type ProofWatch struct {
	// Password returns the password of an account, which is used for one digest
	// and not kept. nil: none is known.
	Password func(account string) (password string, ok bool)

	login      string   // challenge of USR MD5 S
	account    string   // of USR MD5 I
	challenges []string // of CHL, oldest first
}

// Watch takes the commands of the connection in order and reports when one is
// a proof.
func (w *ProofWatch) Watch(dir Direction, f *Frame, dialect Dialect) (Proven, bool) {
	if f.Kind != FrameCommand || f.Line < 3 {
		return Proven{}, false
	}
	line := f.Raw[:f.Line]
	switch nameKey(line) {
	case kUSR:
		var s [maxWords]Span
		if n := firstWords(&s, line); n >= 5 && isMD5(s[2].Of(line)) {
			return w.user(dir, string(s[3].Of(line)), s[4].Of(line))
		}
	case kCHL:
		if word := NextWord(line, NextWord(line, 3).End); dir == S2C && word.Len() > 0 && word.Len() <= maxFact {
			if len(w.challenges) == maxChallenges {
				w.challenges = append(w.challenges[:0], w.challenges[1:]...)
			}
			w.challenges = append(w.challenges, string(word.Of(line)))
		}
	case kQRY:
		if dir == C2S {
			product := NextWord(line, NextWord(line, 3).End).Of(line)
			if len(product) > maxFact {
				product = product[:maxFact]
			}
			return w.program(string(product), f.Raw[f.Body:], dialect), true
		}
	}
	return Proven{}, false
}

// isMD5 knows the misprint of published traces too.
func isMD5(word []byte) bool { return string(word) == "MD5" || string(word) == "MDS" }

func (w *ProofWatch) user(dir Direction, step string, word []byte) (Proven, bool) {
	switch {
	case len(word) > maxFact:
	case dir == C2S && step == "I":
		w.account, w.login = string(word), ""
	case dir == S2C && step == "S":
		w.login = string(word)
	case dir == C2S && step == "S":
		p := Proven{Kind: ProofOfPassword, Who: w.account}
		challenge := w.login
		w.login = ""
		switch {
		case challenge == "":
			p.Why = "the challenge was not seen"
		case w.Password == nil:
			p.Why = "the password is not known"
		default:
			password, ok := w.Password(w.account)
			if !ok {
				p.Why = "the password is not known"
				break
			}
			p.Result = CheckMD5(challenge, string(word), password)
		}
		return p, true
	}
	return Proven{}, false
}

// program checks a QRY against the challenges not yet answered, of which it is
// for the oldest that it fits.
func (w *ProofWatch) program(product string, digest []byte, dialect Dialect) Proven {
	p := Proven{Kind: ProofOfProgram, Who: product}
	if len(w.challenges) == 0 {
		p.Why = "the challenge was not seen"
		return p
	}
	if _, known := ProductOf(product); !known {
		p.Why = "the key of this program is not known"
	} else if _, plain := QRYResponse("", product); !plain || dialect > lastPlainChallenge {
		p.Why = "the answers of MSNP11 and later are not checked"
	}
	if p.Why != "" {
		w.challenges = append(w.challenges[:0], w.challenges[1:]...)
		return p
	}
	var text string
	if len(digest) <= 2*32 {
		text = strings.TrimSpace(string(digest))
	}
	for i, challenge := range w.challenges {
		if p.Result = CheckQRY(challenge, product, text); p.Result == ProofRight {
			w.challenges = append(w.challenges[:0], w.challenges[i+1:]...)
			return p
		}
	}
	w.challenges = append(w.challenges[:0], w.challenges[1:]...)
	return p
}
