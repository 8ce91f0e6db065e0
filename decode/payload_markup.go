// This file scans XML documents without asking that they be well-formed: the
// alerts of the services often were not. It finds the attributes and the texts
// and where they stand, and never fails.

package decode

import (
	"bytes"
	"html"
	"strings"
)

const (
	maxMarkup      = 200 // attributes and texts taken from a document; the largest alert has some thirty
	maxMarkupDepth = 32  // open elements remembered
	maxMarkupName  = 64  // bytes of a name that are shown
)

// markup is the state of a scan.
type markup struct {
	raw    []byte
	at     int
	end    int
	open   []string // names of the open elements
	params []Param
}

// scanMarkup returns the attributes and texts of the document raw[start:end],
// as parameters named "ELEMENT attribute" and "ELEMENT", values with their
// entities decoded.
func scanMarkup(raw []byte, start, end int) []Param {
	m := markup{raw: raw, at: start, end: end}
	for m.at < m.end && len(m.params) < maxMarkup {
		if raw[m.at] == '<' && m.at+1 < m.end && m.tag() {
			continue
		}
		m.text()
	}
	return m.params
}

// text takes everything up to the next '<'.
func (m *markup) text() {
	start := m.at
	m.at++ // a '<' that begins no tag is text
	if i := bytes.IndexByte(m.raw[m.at:m.end], '<'); i >= 0 {
		m.at += i
	} else {
		m.at = m.end
	}
	m.addText(start, m.at)
}

func (m *markup) addText(start, end int) {
	if len(m.open) == 0 || len(bytes.TrimSpace(m.raw[start:end])) == 0 {
		return
	}
	m.add(m.open[len(m.open)-1], start, end)
}

func (m *markup) add(name string, start, end int) {
	if len(m.params) == maxMarkup {
		return
	}
	value := string(m.raw[start:end])
	m.params = append(m.params, Param{
		Name: name, Value: html.UnescapeString(validText(value)), Raw: value, Type: TypeText, Start: start, End: end,
	})
}

// tag takes the tag at m.at; false if there is none.
func (m *markup) tag() bool {
	switch c := m.raw[m.at+1]; {
	case c == '/':
		m.at += 2
		m.closed(m.name())
		m.skipPast('>')
		return true
	case c == '!' || c == '?':
		m.declaration()
		return true
	case isNameByte(c):
		m.at++
		name := m.name()
		m.attributes(name)
		return true
	}
	return false
}

// declaration takes <!...>, <?...> and <![CDATA[...]]>.
func (m *markup) declaration() {
	const cdata = "<![CDATA["
	rest := m.raw[m.at:m.end]
	switch {
	case bytes.HasPrefix(rest, []byte(cdata)):
		start := m.at + len(cdata)
		m.at = m.end
		stop := m.end
		if i := bytes.Index(m.raw[start:m.end], []byte("]]>")); i >= 0 {
			stop, m.at = start+i, start+i+3
		}
		m.addText(start, stop)
	case bytes.HasPrefix(rest, []byte("<!--")):
		if i := bytes.Index(rest, []byte("-->")); i >= 0 {
			m.at += i + 3
			return
		}
		m.at = m.end
	default:
		m.skipPast('>')
	}
}

func (m *markup) skipPast(c byte) {
	if i := bytes.IndexByte(m.raw[m.at:m.end], c); i >= 0 {
		m.at += i + 1
		return
	}
	m.at = m.end
}

// name takes a name.
func (m *markup) name() string {
	start := m.at
	for m.at < m.end && isNameByte(m.raw[m.at]) {
		m.at++
	}
	return validText(string(m.raw[start:min(m.at, start+maxMarkupName)]))
}

func isNameByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || isDigit(c) || c == '_' || c == '-' || c == ':' || c == '.' || c >= 0x80
}

// closed ends the innermost element of that name and those inside it.
func (m *markup) closed(name string) {
	for i := len(m.open) - 1; i >= 0; i-- {
		if m.open[i] == name {
			m.open = m.open[:i]
			return
		}
	}
}

// attributes takes the rest of a start tag.
func (m *markup) attributes(element string) {
	for m.at < m.end {
		switch c := m.raw[m.at]; {
		case c == '>':
			m.at++
			if len(m.open) < maxMarkupDepth {
				m.open = append(m.open, element)
			}
			return
		case c == '/' && m.at+1 < m.end && m.raw[m.at+1] == '>':
			m.at += 2
			return
		case c == '<': // the tag was not closed
			return
		case isNameByte(c):
			name := m.name()
			if m.at < m.end && m.raw[m.at] == '=' {
				m.at++
				m.value(element, name)
			}
		default:
			m.at++
		}
	}
}

// value takes an attribute's value, with quotes or without.
func (m *markup) value(element, name string) {
	start := m.at
	if start < m.end && (m.raw[start] == '"' || m.raw[start] == '\'') {
		start++
		for i := start; i < m.end; i++ {
			if m.raw[i] == m.raw[start-1] {
				m.add(element+" "+name, start, i)
				m.at = i + 1
				return
			}
			if m.raw[i] == '<' {
				break // the closing quote is missing
			}
		}
	}
	end := start
	for end < m.end && !strings.ContainsRune(" \t\r\n><", rune(m.raw[end])) {
		end++
	}
	m.add(element+" "+name, start, end)
	m.at = end
}
