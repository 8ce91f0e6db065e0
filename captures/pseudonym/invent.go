// This file invents: from a word and the key it makes another word, a handle, a
// name, an address or a text, always the same one.

package pseudonym

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"msnscope/decode"
)

// Pseudonym is one set of invented people. Its methods may be called from any
// goroutine.
type Pseudonym struct{ key [32]byte }

// New returns a set of invented people that no other export has.
func New() *Pseudonym {
	p := new(Pseudonym)
	rand.Read(p.key[:])
	return p
}

// dice returns the random numbers that belong to a word of a kind.
func (p *Pseudonym) dice(kind, word string) *mathrand.Rand {
	m := hmac.New(sha256.New, p.key[:])
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(word))
	return mathrand.New(mathrand.NewChaCha8([32]byte(m.Sum(nil))))
}

// syllable appends a consonant and a vowel.
func syllable(b []byte, d *mathrand.Rand) []byte {
	return append(b, "bdfgklmnprstvz"[d.IntN(14)], "aiou"[d.IntN(4)])
}

// invented makes up a word of about n letters.
func invented(d *mathrand.Rand, n int) string {
	b := make([]byte, 0, 16)
	for len(b) < n && len(b) < 12 {
		b = syllable(b, d)
	}
	if n < len(b) && n > 0 {
		b = b[:n]
	}
	return string(b)
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// first is the first name of the person behind a handle.
func (p *Pseudonym) first(handle string) string {
	return title(invented(p.dice("person", strings.ToLower(handle)), 6))
}

// Handle invents an account: the same one for every spelling.
func (p *Pseudonym) Handle(handle string) string {
	if handle == "" {
		return ""
	}
	d := p.dice("handle", strings.ToLower(handle))
	b := []byte(strings.ToLower(p.first(handle)))
	b = append(b, '.')
	for range 5 { // 10 letters: two people of a million rarely meet
		b = syllable(b, d)
	}
	return string(append(b, "@example.com"...))
}

// Name invents what the person behind a handle is called: another name when
// the person takes another.
func (p *Pseudonym) Name(handle, name string) string {
	switch {
	case name == "":
		return ""
	case strings.Contains(name, "@") && !strings.ContainsAny(name, " \t"):
		return p.Handle(name) // a name that was never set is the account
	}
	return p.first(handle) + " " + title(invented(p.dice("name", name), 8))
}

// Addr invents an address: of 10.0.0.0/8, or of the documentation range of IPv6
// (RFC 3849).
func (p *Pseudonym) Addr(a netip.Addr) netip.Addr {
	if !a.IsValid() {
		return a
	}
	a = a.Unmap().WithZone("")
	d := p.dice("address", a.String())
	if a.Is4() {
		return netip.AddrFrom4([4]byte{10, byte(d.IntN(256)), byte(d.IntN(256)), byte(1 + d.IntN(254))})
	}
	b := [16]byte{0x20, 0x01, 0x0d, 0xb8}
	for i := 4; i < len(b); i++ {
		b[i] = byte(d.IntN(256))
	}
	return netip.AddrFrom16(b)
}

// AddrPort invents the address and keeps the port.
func (p *Pseudonym) AddrPort(a netip.AddrPort) netip.AddrPort {
	if !a.IsValid() {
		return a
	}
	return netip.AddrPortFrom(p.Addr(a.Addr()), a.Port())
}

// host invents the address in a word "host", "host:port" or "[host]:port".
func (p *Pseudonym) host(word string) string {
	if a, err := netip.ParseAddrPort(word); err == nil {
		return p.AddrPort(a).String()
	}
	if a, err := netip.ParseAddr(word); err == nil {
		return p.Addr(a).String()
	}
	switch {
	case len(word) < 2: // XFR: 0, D
		return number(p, word)
	case allDigits(word): // an IPv4 address as one number
		return p.shape(word)
	}
	name, port := word, ""
	if i := strings.LastIndexByte(word, ':'); i >= 0 && allDigits(word[i+1:]) && len(word)-i < 7 {
		name, port = word[:i], word[i:]
	}
	return invented(p.dice("host", strings.ToLower(name)), 10) + ".example" + port
}

// shape replaces letters by letters and digits by digits. Blanks and
// punctuation stay, bytes above ASCII become letters: the length is the same.
func (p *Pseudonym) shape(word string) string {
	if word == "" {
		return ""
	}
	for kind := "shape"; ; kind += "'" {
		d := p.dice(kind, word)
		b := []byte(word)
		changed, can := false, false
		for i, c := range b {
			switch {
			case '0' <= c && c <= '9':
				b[i] = byte('1' + d.IntN(9))
				can = true
			case 'A' <= c && c <= 'Z':
				b[i] = "BDFGKLMNPRSTVZ"[d.IntN(14)]
				can = true
			case 'a' <= c && c <= 'z' || c >= utf8.RuneSelf:
				b[i] = "bdfgklmnprstvz"[d.IntN(14)]
				can = true
			case c < ' ' && c != '\t' && c != '\r' && c != '\n', c == 0x7f:
				b[i] = '.'
			}
			changed = changed || b[i] != c
		}
		if changed || !can || len(word) < 3 {
			return string(b)
		}
	}
}

// id is shape that keeps numbers of up to three digits: of so few no two that
// differ may become the same.
func (p *Pseudonym) id(word string) string {
	if allDigits(word) && len(word) <= 3 {
		return word
	}
	return p.shape(word)
}

// hex replaces hexadecimal digits by others (digests).
func (p *Pseudonym) hex(word string) string {
	d := p.dice("hex", strings.ToLower(word))
	b := []byte(word)
	for i := range b {
		b[i] = "0123456789abcdef"[d.IntN(16)]
	}
	return string(b)
}

// text invents a text of the same shape: as many words, about as long, with
// the same line ends and marks between them. The same text becomes the same one.
func (p *Pseudonym) text(s string) string {
	d := p.dice("text", s)
	var b strings.Builder
	for len(s) > 0 {
		n, upper := 0, false
		at := 0
		for at < len(s) {
			r, size := utf8.DecodeRuneInString(s[at:])
			if r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				break
			}
			if n == 0 {
				upper = unicode.IsUpper(r)
			}
			n++
			at += size
		}
		if n > 0 {
			w := invented(d, n)
			if upper {
				w = title(w)
			}
			b.WriteString(w)
			s = s[at:]
			continue
		}
		c := s[0]
		if c < ' ' && c != '\r' && c != '\n' && c != '\t' || c == 0x7f {
			c = ' '
		}
		b.WriteByte(c)
		s = s[1:]
	}
	return b.String()
}

// escaped writes a name as parameters do: no blank or line end ends the word.
func escaped(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

// unescaped reads it.
func unescaped(word string) string { return decode.UnescapeText(word) }

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// number keeps numbers that count something, and replaces what is too long for
// that (a phone number, an id) or no number.
func number(p *Pseudonym, word string) string {
	if allDigits(word) && len(word) <= maxCount {
		return word
	}
	return p.shape(word)
}

// maxCount is the most digits of a number that counts something: versions of
// lists, sizes of files, abilities of clients.
const maxCount = 10
