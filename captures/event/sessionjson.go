// This file writes a session as JSON: for the page, the API and `sessions
// --json`. Times are Unix microseconds, 0 for none.

package event

import (
	"net/netip"
	"strconv"
)

// AppendSession appends s with its connections as one JSON object, without a
// line end.
func AppendSession(dst []byte, s *Session, conns []Connection) []byte {
	dst = append(dst, `{"id":`...)
	dst = appendInt(dst, s.ID)
	dst = appendText(dst, "account", s.Account)
	dst = appendText(dst, "name", s.Name)
	dst = appendText(dst, "client", s.Client)
	dst = appendText(dst, "dialect", s.Dialect.String())
	from := ""
	if s.From.IsValid() {
		from = s.From.String()
	}
	dst = appendText(dst, "from", from)
	dst = appendText(dst, "server", addrText(s.Server))
	dst = appendNumber(dst, "started", s.Started/1000)
	dst = appendNumber(dst, "ended", s.Ended/1000)
	dst = appendFlag(dst, "live", s.Live)
	dst = appendNumber(dst, "events", s.Events)
	dst = appendNumber(dst, "errors", s.Errors)
	dst = appendNumber(dst, "chats", s.Chats)
	dst = appendNumber(dst, "bytes", s.Bytes)
	if s.Imported {
		dst = appendFlag(dst, "imported", true)
	}
	dst = appendLabel(dst, s.Label)
	dst = append(dst, `,"connections":[`...)
	for i := range conns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendConnection(dst, &conns[i])
	}
	return append(dst, "]}"...)
}

// AppendConnection appends c as one JSON object.
func AppendConnection(dst []byte, c *Connection) []byte {
	dst = append(dst, `{"id":`...)
	dst = appendInt(dst, c.ID)
	dst = appendText(dst, "role", c.Role.String())
	dst = appendText(dst, "client", addrText(c.Client))
	dst = appendText(dst, "server", addrText(c.Server))
	dst = appendText(dst, "account", c.Account)
	dst = appendText(dst, "chat", c.Chat)
	dst = appendNumber(dst, "opened", c.Opened/1000)
	dst = appendNumber(dst, "closed", c.Closed/1000)
	if c.Via != "" {
		dst = appendText(dst, "via", c.Via)
	}
	dst = appendText(dst, "how", c.How)
	dst = appendFlag(dst, "live", c.Live)
	dst = appendNumber(dst, "events", c.Events)
	dst = append(dst, `,"bytes":[`...)
	dst = appendInt(dst, c.Bytes[0])
	dst = append(dst, ',')
	dst = appendInt(dst, c.Bytes[1])
	dst = append(dst, ']')
	if c.File != nil {
		dst = append(dst, `,"file":`...)
		dst = AppendTransfer(dst, c)
	}
	return append(dst, '}')
}

func appendText(dst []byte, name, text string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return AppendJSONString(dst, text)
}

func appendFlag(dst []byte, name string, b bool) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return strconv.AppendBool(dst, b)
}

func addrText(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func appendNumber(dst []byte, name string, n int64) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return appendInt(dst, n)
}
