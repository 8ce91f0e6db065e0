// This file reads what the gateway's requests and responses say in their heads.

package gateway

import (
	"strings"

	"msnscope/decode/httphead"
)

// maxWord is the longest id, host or address that is believed.
const maxWord = 256

// request is what the target of a gateway request says.
type request struct {
	action  string // "open", "poll" or "" to send
	server  string // open: "NS" or "SB"
	host    string // open: the host wanted
	session string // else the SessionID
}

// parseRequest reads the target of a request, which may be absolute; ok is
// false for one that is not for a gateway.
func parseRequest(method, target string) (r request, ok bool) {
	path, query, _ := strings.Cut(target, "?")
	if method != "POST" || len(path) < len(file) || !strings.EqualFold(path[len(path)-len(file):], file) {
		return r, false
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if len(value) > maxWord {
			continue
		}
		switch strings.ToLower(key) {
		case "action":
			r.action, ok = strings.ToLower(value), true
		case "sessionid":
			r.session, ok = value, true
		case "server":
			r.server = value
		case "ip":
			r.host = value
		}
	}
	return r, ok && (r.session != "" || r.action == "open")
}

const file = "/gateway.dll"

// response is what the field X-MSN-Messenger of a response says.
type response struct {
	session string // the id to use next
	gateway string // the address to send it to, "" if not told
	close   bool   // the server has closed the connection inside
}

// parseResponse reads the head of a response; ok is false for one that is not
// of a gateway.
func parseResponse(head []byte) (r response, ok bool) {
	field, ok := httphead.Value(head, "X-MSN-Messenger")
	if !ok {
		return r, false
	}
	for part := range strings.SplitSeq(field, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if len(value) > maxWord {
			continue
		}
		switch strings.ToLower(key) {
		case "sessionid":
			r.session = value
		case "gw-ip":
			r.gateway = value
		case "session":
			r.close = strings.EqualFold(value, "close")
		}
	}
	if host, ok := httphead.Value(head, "X-MSN-Host"); ok && r.gateway == "" && len(host) <= maxWord {
		r.gateway = host
	}
	return r, true
}
