// This file reads out of a message where a file transfer's two clients are to
// meet, and says what to change in it to have them meet elsewhere.

package decode

import (
	"bytes"
	"encoding/base64"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

const (
	// maxMeeting is the longest message looked at. A chat message ends at 1664
	// bytes, and an ACCEPT has some 300.
	maxMeeting = 8 << 10
	// typeWithin is how early in a command the type of its payload must stand:
	// its line, with the friendly name of a user, and a few headers come before.
	typeWithin = 1 << 10
)

// Meeting is a message of an invitation (text/x-msmsgsinvite) as far as
// somebody between the clients must understand it.
type Meeting struct {
	Command string // Invitation-Command in upper case: "ACCEPT", "CANCEL"
	Cookie  string // Invitation-Cookie
	// Addresses are where an ACCEPT of a file transfer says to connect, the
	// outer one first; none in other messages.
	Addresses []netip.AddrPort

	length Span // the word of the line that says how long the payload is
	size   int  // and what it says
	places []place
}

// place is a field of an ACCEPT that holds an address or a part of one.
type place struct {
	Span
	form func(old string, to netip.AddrPort) (string, bool) // its value for another address
}

// Change is a stretch of a command and what to put there.
type Change struct {
	Span
	New []byte
}

// placeForms are the fields that name an address, by name. Source: the file
// transfer pages of msnp-wiki.
var placeForms = map[string]func(old string, to netip.AddrPort) (string, bool){
	"ip-address":          otherHost,
	"ip-address-internal": otherHost,
	"ip-address-enc64":    otherHost64,
	"port":                otherPort,
	"portx":               otherMasked,
	"portx-internal":      otherMasked,
}

// MayBeMeeting reports whether a command that begins with b may be a message
// with an invitation, as far as b tells; too long a one is not.
func MayBeMeeting(b []byte) bool {
	return len(b) > 3 && len(b) <= typeWithin+maxMeeting && string(b[:3]) == "MSG" && bytes.Contains(bytes.ToLower(b[:min(len(b), typeWithin)]), []byte("x-msmsgsinvite"))
}

// ParseMeeting reads a command of either direction and reports whether it is a
// message of an invitation. An ACCEPT has addresses if it is one of a file
// transfer, by its AuthCookie or Sender-Connect: those of voice and games are
// for other protocols.
func ParseMeeting(fr *Frame) (m Meeting, ok bool) {
	if fr.Kind != FrameCommand || len(fr.Raw)-fr.Body > maxMeeting || !MayBeMeeting(fr.Raw) {
		return m, false
	}
	var p Payload
	p.parse(fr.Raw, string(fr.Raw), fr.Body, "MSG", nil)
	if p.Type != "text/x-msmsgsinvite" {
		return m, false
	}
	m.Cookie = field(p.Fields, "Invitation-Cookie")
	m.Command = strings.ToUpper(field(p.Fields, "Invitation-Command"))
	if m.Cookie == "" || m.Command == "" {
		return m, false
	}
	if m.Command != "ACCEPT" || find(p.Fields, "AuthCookie") == "" && !isTrue(find(p.Fields, "Sender-Connect")) {
		return m, true
	}
	for _, s := range addressesIn(p.Fields) {
		if a, err := netip.ParseAddrPort(s); err == nil {
			m.Addresses = append(m.Addresses, a)
		}
	}
	m.size = len(fr.Raw) - fr.Body
	m.length = lastWord(fr.Raw[:fr.Line])
	for i := range p.Fields {
		f := &p.Fields[i]
		form := placeForms[strings.ToLower(f.Name)]
		if form == nil {
			continue
		}
		value := fr.Raw[f.Start:f.End]
		start := f.End - len(bytes.TrimLeft(value, asciiSpace))
		m.places = append(m.places, place{Span{start, start + len(bytes.Trim(value, asciiSpace))}, form})
	}
	return m, true
}

// MoveTo returns what to change in fr, of which m was read, so that all its
// addresses become to, in the order of the bytes. Only the addresses, the ports
// and the length of the payload in the command line change.
func (m *Meeting) MoveTo(fr *Frame, to netip.AddrPort) []Change {
	if len(m.Addresses) == 0 {
		return nil
	}
	to = netip.AddrPortFrom(to.Addr().Unmap().WithZone(""), to.Port())
	changes := make([]Change, 1, 1+len(m.places))
	size := m.size
	for _, p := range m.places {
		old := string(p.Of(fr.Raw))
		if s, ok := p.form(old, to); ok && s != old {
			changes = append(changes, Change{p.Span, []byte(s)})
			size += len(s) - len(old)
		}
	}
	if size == m.size {
		return changes[1:]
	}
	changes[0] = Change{m.length, strconv.AppendInt(nil, int64(size), 10)}
	return changes
}

// lastWord returns the last word of line.
func lastWord(line []byte) (s Span) {
	s.End = len(line)
	for s.End > 0 && isBlank(line[s.End-1]) {
		s.End--
	}
	s.Start = s.End
	for s.Start > 0 && !isBlank(line[s.Start-1]) {
		s.Start--
	}
	return s
}

func otherHost(old string, to netip.AddrPort) (string, bool) {
	old = trimBlanks(old)
	if host, port, err := net.SplitHostPort(old); err == nil { // some write the port behind it
		_, errHost := netip.ParseAddr(host)
		_, errPort := strconv.ParseUint(trimBlanks(port), 10, 16)
		return to.String(), errHost == nil && errPort == nil
	}
	_, err := netip.ParseAddr(old)
	return to.Addr().String(), err == nil
}

func otherHost64(old string, to netip.AddrPort) (string, bool) {
	s, ok := otherHost(address64(old), to)
	if b, is := unbase64(old); is && len(b) == 4 && to.Addr().Is4() && !printable(string(b)) {
		if four := to.Addr().As4(); !printable(string(four[:])) {
			s = string(four[:])
		}
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), ok
}

func otherPort(old string, to netip.AddrPort) (string, bool) {
	_, err := strconv.ParseUint(old, 10, 16)
	return strconv.Itoa(int(to.Port())), err == nil
}

func otherMasked(old string, to netip.AddrPort) (string, bool) {
	_, ok := unmaskPort(old)
	return strconv.Itoa(int(to.Port() ^ portMask)), ok
}
