// This file reads the messages of HTTP CONNECT.

package prologue

import (
	"strconv"
	"strings"

	"msnscope/decode"
	"msnscope/decode/httphead"
)

// isConnect reports whether b is the beginning of a CONNECT.
func isConnect(b []byte) bool {
	n := min(len(b), len("CONNECT "))
	return n > 0 && string(b[:n]) == "CONNECT "[:n]
}

// connectRequest reads CONNECT host:port HTTP/1.x and its header fields.
func (d *Decoder) connectRequest() bool {
	b := d.buf[decode.C2S]
	if len(b) > 0 && !isConnect(b) {
		d.giveUp()
		return false
	}
	n := httphead.End(b)
	if n == 0 {
		return false
	}
	_, target, _, ok := httphead.Request(b[:n])
	host, port, isAddress := splitHostPort(target)
	if !ok || !isAddress {
		d.giveUp()
		return false
	}
	d.wants(Result{Protocol: connectWord, Host: host, Port: port})
	return d.message(decode.C2S, n, connectWord+" to "+d.result.Target(), connectReply)
}

// splitHostPort splits the target of a CONNECT, which always has a port.
func splitHostPort(s string) (host string, port uint16, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return "", 0, false
	}
	n, err := strconv.ParseUint(s[i+1:], 10, 16)
	host = strings.TrimSuffix(strings.TrimPrefix(s[:i], "["), "]")
	return host, uint16(n), err == nil && host != ""
}

func joinHostPort(host string, port uint16) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(int(port))
}

// maxPage is the longest page of a refusal that is waited for the end of, in
// bytes. Those of ISA Server have some 5 KB.
const maxPage = 64 << 10

// connectReply reads the proxy's answer. From a 2xx on the connection is the
// client's. A refusal has a page; behind that of a 407, which asks for a
// password, the client may try again.
func (d *Decoder) connectReply() bool {
	b := d.buf[decode.S2C]
	n := httphead.End(b)
	if n == 0 {
		return false
	}
	status, _, ok := httphead.Status(b[:n])
	if !ok {
		d.giveUp()
		return false
	}
	code := strconv.Itoa(status)
	switch {
	case status < 200:
		return d.message(decode.S2C, n, connectWord+": "+code, connectReply)
	case status < 300:
		d.result.Reply = "connected"
		return d.opened(decode.S2C, n, connectWord+": connected")
	}
	d.result.Reply = "refused: " + code
	if status == 407 {
		d.result.Reply = "refused: password needed"
	}
	why := connectWord + ": " + d.result.Reply
	if length, ok := httphead.Length(b[:n]); ok && status == 407 && length <= maxPage {
		d.left = length
		return d.message(decode.S2C, n, why, connectPage)
	}
	return d.refused(decode.S2C, n, why)
}

// connectPage passes the page of a refusal over.
func (d *Decoder) connectPage() bool {
	if d.left == 0 {
		d.step = connectRequest
		return true
	}
	n := int(min(int64(len(d.buf[decode.S2C])), d.left))
	if n == 0 {
		return false
	}
	d.left -= int64(n)
	return d.message(decode.S2C, n, WhyPage, connectPage)
}

// WhyPage is the Piece.Why of the page that comes with a refused CONNECT.
const WhyPage = connectWord + ": page of the refusal"
