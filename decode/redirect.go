// This file reads the lines that send a client to another server, XFR and RNG,
// and the host:port words in them.

package decode

import (
	"net/netip"
	"strconv"
)

// DefaultPort is the port meant by an address without one.
const DefaultPort = 1863

// RedirectKind says what a redirect sends the client to.
type RedirectKind uint8

// The kinds of redirect.
const (
	RedirectNS   RedirectKind = iota + 1 // XFR NS: to another notification server
	RedirectSB                           // XFR SB: to a switchboard of its own
	RedirectRing                         // RNG: to the switchboard of one who calls
)

// Redirect is an XFR NS, XFR SB or RNG line of a server, taken apart. Spans are
// offsets into the line; an empty span means that there is no such word.
//
//	XFR 3 NS 10.0.0.5:1863 0 10.0.0.1:1863
//	XFR 10 SB 10.0.0.9:1863 CKI 17262740.1050826919.32308
//	RNG 11752013 10.0.0.9:1863 CKI 849102291.520491113 bob@hotmail.com Bob
type Redirect struct {
	Kind    RedirectKind
	TrID    int64 // of an XFR; -1 for RNG
	Address Span  // where to go. Empty for the soft reset XFR 0 NS 0
	// NoAddress is the word in the place of an empty Address.
	NoAddress Span
	Current   Span // XFR NS: the server that the client is with, or the dispatch to come back to
	Cookie    Span // XFR SB and RNG: what the client shows the switchboard
	Session   Span // RNG: the session id of the switchboard
	Inviter   Span // RNG: the handle of the one who calls
}

// Reset reports whether r is the soft reset, XFR 0 NS 0: stay on the
// connection and begin again with VER.
func (r Redirect) Reset() bool { return r.Kind == RedirectNS && r.Address.Len() == 0 }

// ParseRedirect reads a line a server sent, with or without its line end, and
// reports whether it is an XFR NS, XFR SB or RNG. The number of words is not
// held against the line: servers of the era do not follow their own dialect
// there. "0" and "D" and any other word that is no host are no addresses.
func ParseRedirect(line []byte) (Redirect, bool) {
	line = trimLineEnd(line)
	if !isName(line) {
		return Redirect{}, false
	}
	var w [maxWords]Span
	n := firstWords(&w, line)
	address := func(i int) (is, isNot Span) {
		if i >= n {
			return
		}
		if _, _, ok := SplitHostPort(w[i].Of(line)); !ok {
			return Span{}, w[i]
		}
		return w[i], Span{}
	}
	word := func(i int) Span {
		if i < n {
			return w[i]
		}
		return Span{}
	}
	switch nameKey(line) {
	case kXFR:
		if n < 4 {
			return Redirect{}, false
		}
		trid, ok := number(w[1].Of(line))
		if !ok {
			return Redirect{}, false
		}
		r := Redirect{TrID: trid}
		r.Address, r.NoAddress = address(3)
		switch string(w[2].Of(line)) {
		case "NS":
			r.Kind = RedirectNS
			for i := 4; i < n && r.Current.Len() == 0; i++ {
				if isCurrentServer(w[i].Of(line)) {
					r.Current = w[i]
				}
			}
			return r, true
		case "SB":
			r.Kind = RedirectSB
			r.Cookie = word(5)
			return r, true
		}
	case kRNG:
		if n < 3 {
			return Redirect{}, false
		}
		r := Redirect{Kind: RedirectRing, TrID: -1, Session: w[1], Cookie: word(4), Inviter: word(5)}
		r.Address, r.NoAddress = address(2)
		return r, true
	}
	return Redirect{}, false
}

// isCurrentServer reports whether a word behind the address of an XFR NS is an
// address itself. A bare word ("0", "D", "U") may be a host name too, so a port
// or a dot is asked for.
func isCurrentServer(word []byte) bool {
	for _, c := range word {
		if c == ':' || c == '.' {
			_, _, ok := SplitHostPort(word)
			return ok
		}
	}
	return false
}

// SplitHostPort splits a word such as "64.4.12.193:1863", "ns.example.org" or
// "[::1]:1863". Without a port it is DefaultPort. ok is false for a word that
// is no host, such as "0", or whose port is none.
func SplitHostPort(word []byte) (host string, port uint16, ok bool) {
	name, digits, hasPort := cutHostPort(word)
	if len(name) == 0 || len(name) > maxHost {
		return "", 0, false
	}
	port = DefaultPort
	if hasPort {
		n, err := strconv.ParseUint(string(digits), 10, 16)
		if err != nil || n == 0 {
			return "", 0, false
		}
		port = uint16(n)
	}
	return string(name), port, true
}

// maxHost is the longest name the DNS knows.
const maxHost = 255

// cutHostPort cuts word into host, without brackets, and the digits of its
// port. A word that is no host comes back with an empty host.
func cutHostPort(word []byte) (host, port []byte, hasPort bool) {
	if len(word) > 0 && word[0] == '[' {
		end := 1
		for end < len(word) && word[end] != ']' {
			end++
		}
		if end == len(word) || end > maxHost {
			return nil, nil, false
		}
		if a, err := netip.ParseAddr(string(word[1:end])); err != nil || !a.Is6() {
			return nil, nil, false
		}
		switch rest := word[end+1:]; {
		case len(rest) == 0:
			return word[1:end], nil, false
		case rest[0] == ':':
			return word[1:end], rest[1:], true
		}
		return nil, nil, false
	}
	host = word
	for i, c := range word {
		if c == ':' {
			host, port, hasPort = word[:i], word[i+1:], true
			break
		}
	}
	letter := false
	for _, c := range host {
		if isDigit(c) || c == '.' || c == '-' || c == '_' {
			letter = letter || c == '.'
			continue
		}
		if !isUpper(c &^ 0x20) {
			return nil, nil, false
		}
		letter = true
	}
	// A bare number ("0") is no host, nor is a bare "D" or "U".
	if !letter || !hasPort && len(host) == 1 {
		return nil, nil, false
	}
	return host, port, hasPort
}
