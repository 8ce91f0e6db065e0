// This file tells MSNP from other protocols by what is said on a connection,
// whatever its port and wherever in it the capture begins.

package decode

import "bytes"

// RecogniseLimit is how many bytes a side a Recogniser looks at before it gives
// up. Five chat messages of the greatest length fit in it, so a capture that
// begins inside one shows a command line long before.
const RecogniseLimit = 8 << 10

// Answer is the answer to whether a connection speaks MSNP.
type Answer uint8

// The answers.
const (
	Maybe Answer = iota // more bytes are needed
	No
	Yes
)

var answerNames = [...]string{"maybe", "no", "yes"}

// String returns "maybe", "no" or "yes".
func (a Answer) String() string { return answerNames[a] }

// Verdict is what the first bytes of a connection say about its protocol.
type Verdict struct {
	Answer Answer
	// Swapped: the bytes taken for the client's are the server's. It happens
	// when the first packet captured came from the server.
	Swapped bool
	// SidesSure: the bytes fit only one way round. While false, Swapped is false
	// too ("VER 1 MSNP7" may be either side's) and more bytes may tell.
	SidesSure bool
	// Score is how much evidence there is: 2 for each kind of line that only
	// MSNP has, 1 for each that fits MSNP. From 2 on the answer is Yes.
	Score int
	// Reason says for No what the connection is instead: "HTTP", "TLS",
	// "MSNFTP", ..., or "no MSNP command".
	Reason string
}

// sureScore is the score from which on a connection is MSNP.
const sureScore = 2

// Recogniser judges a connection by the first bytes of both its sides. They come
// little by little: it looks at each line once. Either side may be empty:
// captures with one direction exist. A connection that has ended with the answer
// Maybe showed no command; its owner takes it for No.
type Recogniser struct {
	sides [2]evidence
}

// evidence is what one side has said so far.
type evidence struct {
	at    int                   // bytes looked at: the beginning of a line
	seen  int                   // bytes searched for a line end
	score [2]int                // taken as C2S and as S2C
	names [2][maxCounted]uint32 // the names counted in score
}

// maxCounted is how many different names count on a side.
const maxCounted = 8

// Look judges by the first bytes of both sides. Each call hands over the same
// bytes as the call before and those that came since.
func (r *Recogniser) Look(c2s, s2c []byte) Verdict {
	c2s, s2c = c2s[:min(len(c2s), RecogniseLimit)], s2c[:min(len(s2c), RecogniseLimit)]
	if reason := foreign(c2s, s2c); reason != "" {
		return Verdict{Answer: No, Reason: reason}
	}
	r.sides[C2S].look(c2s)
	r.sides[S2C].look(s2c)
	straight := r.sides[C2S].score[C2S] + r.sides[S2C].score[S2C]
	swapped := r.sides[C2S].score[S2C] + r.sides[S2C].score[C2S]
	v := Verdict{
		Score:     max(straight, swapped),
		Swapped:   swapped > straight,
		SidesSure: straight != swapped,
	}
	switch {
	case v.Score >= sureScore:
		v.Answer = Yes
	case foreignGreeting(c2s, s2c):
		return Verdict{Answer: No, Score: v.Score, Reason: "SMTP, FTP or NNTP"}
	case len(c2s) == RecogniseLimit || len(s2c) == RecogniseLimit:
		return Verdict{Answer: No, Score: v.Score, Reason: "no MSNP command"}
	}
	return v
}

// look counts the lines of b that have come since the last call. A line with
// something before its command counts if the command is beyond doubt.
func (e *evidence) look(b []byte) {
	for {
		i := bytes.IndexByte(b[e.seen:], '\n')
		if i < 0 {
			e.seen = len(b)
			return
		}
		line := trimCR(b[e.at : e.seen+i])
		e.seen += i + 1
		e.at = e.seen
		for dir := C2S; dir <= S2C; dir++ {
			s := shapeOf(dir, line)
			if s == noShape {
				if at := gluedCommand(dir, line); at > 0 {
					line, s = line[at:], strongShape
				}
			}
			// Any protocol may say "220 5".
			if s != noShape && !isDigit(line[0]) {
				e.count(dir, nameKey(line), int(s))
			}
		}
	}
}

func (e *evidence) count(dir Direction, key uint32, score int) {
	for i, k := range e.names[dir] {
		switch k {
		case key:
			return
		case 0:
			e.names[dir][i] = key
			e.score[dir] += score
			return
		}
	}
}

// foreign names the other protocol that one of the sides begins in, "" if none
// is known. Both sides are tried for everything, as they may be swapped.
func foreign(c2s, s2c []byte) string {
	for _, b := range [2][]byte{c2s, s2c} {
		if reason := foreignBinary(b); reason != "" {
			return reason
		}
		line, _, _ := bytes.Cut(b, []byte("\n"))
		if reason := foreignLine(line); reason != "" {
			return reason
		}
	}
	return ""
}

func foreignBinary(b []byte) string {
	if len(b) < 3 {
		return ""
	}
	switch {
	case b[0] >= 0x14 && b[0] <= 0x17 && b[1] == 3 && b[2] <= 4:
		return "TLS"
	case len(b) >= 5 && b[0]&0x80 != 0 && b[2] == 1 && (b[3] == 3 || b[3] == 0 && b[4] == 2):
		return "TLS" // the hello of SSL 2
	case b[0] == 0x30 && (b[1] < 0x80 && b[2] == 2 || b[1] == 0x84 && len(b) > 6 && b[6] == 2):
		return "LDAP"
	case b[0] == 4 && (b[1] == 1 || b[1] == 2) && len(b) >= 9, b[0] == 5 && int(b[1]) == len(b)-2:
		return "SOCKS"
	case bytes.HasPrefix(b, []byte("\x13BitTorrent")):
		return "BitTorrent"
	}
	return ""
}

// foreignLines are the beginnings of a first line that no MSNP peer sends.
var foreignLines = []struct{ begin, reason string }{
	{"VER MSNFTP", "MSNFTP"},
	{"HTTP/1.", "HTTP"},
	{"GET /", "HTTP"},
	{"GET http", "HTTP"},
	{"POST /", "HTTP"},
	{"POST http", "HTTP"},
	{"HEAD /", "HTTP"},
	{"HEAD http", "HTTP"},
	{"PUT /", "HTTP"},
	{"OPTIONS ", "HTTP"},
	{"DELETE /", "HTTP"},
	{"PROPFIND ", "HTTP"},
	{"PRI * HTTP/2", "HTTP"},
	{"CONNECT ", "HTTP CONNECT"},
	{"SSH-", "SSH"},
	{"+OK", "POP3"},
	{"-ERR", "POP3"},
	{"* OK", "IMAP"},
	{"* PREAUTH", "IMAP"},
	{"EHLO ", "SMTP"},
	{"HELO ", "SMTP"},
	{"NICK ", "IRC"},
	{"CAP LS", "IRC"},
	{"NOTICE ", "IRC"},
	{"PASS ", "IRC, POP3 or FTP"},
	{"USER ", "IRC, POP3 or FTP"},
	{"CAPA\r", "POP3"},
	{"MODE READER", "NNTP"},
	{"REGISTER sip", "SIP"},
	{"INVITE sip", "SIP"},
	{"<?xml", "XML"},
	{"<stream:stream", "XMPP"},
	{"RFB 00", "VNC"},
}

func foreignLine(line []byte) string {
	for _, f := range foreignLines {
		if len(line) < len(f.begin) || string(line[:len(f.begin)]) != f.begin {
			continue
		}
		return f.reason
	}
	return ""
}

// foreignGreeting reports whether a side begins with a greeting such as
// "220 mail.example.org ESMTP": three digits and words. An MSNP server's error
// of that form ("911 sorry") exists, so only the codes of greetings count.
func foreignGreeting(c2s, s2c []byte) bool {
	for _, b := range [2][]byte{c2s, s2c} {
		line, _, whole := bytes.Cut(b, []byte("\n"))
		if !whole || len(line) < 5 {
			continue
		}
		switch string(line[:4]) {
		case "220 ", "220-", "200 ", "201 ", "250 ", "250-", "421 ", "554 ":
			if w := NextWord(line, 4); w.Len() > 0 && !isDigit(line[w.Start]) || isHostWord(w.Of(line)) {
				return true
			}
		}
	}
	return false
}

// isHostWord reports whether a word that begins with a digit is a host all the
// same: "220 1.2.3.4 ready".
func isHostWord(word []byte) bool {
	_, _, ok := SplitHostPort(word)
	return ok
}
