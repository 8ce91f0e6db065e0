// This file answers clients that have msnscope in their connection settings:
// SOCKS 4, 4a and 5, and HTTP CONNECT, all on one port.

package proxy

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"msnscope/decode"
	"msnscope/decode/httphead"
	"msnscope/decode/prologue"
)

// handshakeTime is how long a client may take to say where it wants to go.
const handshakeTime = 20 * time.Second

// Why a handshake fails.
var (
	errNoHandshake = errors.New("the client speaks neither SOCKS nor HTTP CONNECT; is its connection setting of another kind?")
	errPassword    = errors.New("wrong user or password")
	errNotTCP      = errors.New("only connections to a server are made for a client, none from one")
)

// handshake reads where the client wants to go into c.wish. What follows of
// the client's bytes stays in in.
func (c *conn) handshake(in *input) error {
	h := handshake{users: c.proxy.SocksUsers, reader: prologue.New()}
	h.admitted = len(h.users) == 0
	c.setReadDeadline(c.client, time.Now().Add(handshakeTime))
	defer func() {
		in.drop(min(h.read, in.n))
		c.setReadDeadline(c.client, time.Time{})
	}()
	heard := 0
	for {
		_, err := in.more()
		if err != nil {
			if isTimeout(err) {
				return fmt.Errorf("the client has not said where it wants to go within %s", handshakeTime)
			}
			return fmt.Errorf("the client left before it said where it wants to go: %w", err)
		}
		if in.full() {
			return errNoHandshake
		}
		is, may := h.gateway(in.held())
		if is {
			return nil
		}
		if may {
			continue
		}
		p := in.held()[heard:]
		heard = in.n
		reply, done, err := h.hear(p)
		r := h.reader.Result()
		c.wish = wish{protocol: r.Protocol, answer: h.answer(r.Protocol)}
		if len(reply) > 0 {
			if _, err := c.client.Write(reply); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if done {
			t, ok := parseTarget([]byte(r.Target()))
			if !ok {
				return fmt.Errorf("the client asks for %q, which is no server", r.Target())
			}
			c.wish.target, c.wish.because = t, "the client asked for it by "+r.Protocol
			return nil
		}
	}
}

// handshake is a client's half of one, as it comes.
type handshake struct {
	users    map[string]string // password by name; none: nobody is asked
	reader   *prologue.Decoder // is told both sides' words
	admitted bool
	read     int // bytes of the client that were handshake
	asked    bool
	ask      []byte // a CONNECT, or a SOCKS message
}

// gateway reports whether the client speaks HTTP without a CONNECT: the "HTTP
// proxy" setting of the clients means MSNP in HTTP. may: it has not said enough.
func (h *handshake) gateway(held []byte) (is, may bool) {
	for _, method := range []string{"POST ", "GET "} {
		n := min(len(held), len(method))
		if h.read == 0 && string(held[:n]) == method[:n] {
			return n == len(method), n < len(method)
		}
	}
	return false, false
}

// hear takes bytes of the client and returns what to answer at once; done when
// the client has said where it wants to go.
func (h *handshake) hear(p []byte) (reply []byte, done bool, err error) {
	var messages [][]byte // of the client; a second one comes with the first if it did not wait
	emit := func(piece prologue.Piece) {
		if piece.Dir == decode.C2S && piece.Why != "" {
			h.read += len(piece.Raw)
			messages = append(messages, bytes.Clone(piece.Raw))
		}
	}
	h.reader.Feed(decode.C2S, p, emit)
	for len(messages) > 0 && !done {
		var now []byte
		now, done, err = h.message(messages[0])
		messages = messages[1:]
		reply = append(reply, now...)
		if err != nil {
			return reply, false, err
		}
		h.reader.Feed(decode.S2C, now, emit)
	}
	if !done && h.reader.Over() {
		return reply, false, errNoHandshake
	}
	return reply, done, nil
}

// message takes one message of the client.
func (h *handshake) message(m []byte) (reply []byte, done bool, err error) {
	r := h.reader.Result()
	switch r.Protocol {
	case "SOCKS4", "SOCKS4a":
		h.ask = m
		if !h.admitted { // its user id proves nothing
			return nil, false, errPassword
		}
		return nil, true, onlyConnect(m[1])
	case "HTTP CONNECT":
		h.ask = m
		if !h.admitted && !h.basic(m) {
			return nil, false, errPassword
		}
		return nil, true, nil
	}
	switch { // SOCKS5
	case !h.asked: // 05, n, n methods
		h.asked = true
		method := byte(0)
		if !h.admitted {
			method = 2
		}
		if !bytes.Contains(m[2:], []byte{method}) {
			return nil, false, fmt.Errorf("SOCKS5: the client does not offer method %d", method)
		}
		return []byte{5, method}, false, nil
	case m[0] == 1: // 01, length, user, length, password
		end := 2 + int(m[1]) // a name of 255 bytes is one
		user, rest := m[2:end], m[end:]
		if !h.known(string(user), string(rest[1:])) {
			return nil, false, errPassword
		}
		h.admitted = true
		return []byte{1, 0}, false, nil
	case !h.admitted:
		return nil, false, errPassword
	}
	h.ask = m
	return nil, true, onlyConnect(m[1])
}

// onlyConnect refuses the other commands of SOCKS: BIND and UDP.
func onlyConnect(command byte) error {
	if command != 1 {
		return errNotTCP
	}
	return nil
}

// basic reports whether a CONNECT has a known name and password.
func (h *handshake) basic(head []byte) bool {
	value, _ := httphead.Value(head, "Proxy-Authorization")
	scheme, coded, _ := strings.Cut(value, " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(coded))
	user, password, ok := strings.Cut(string(plain), ":")
	return err == nil && ok && strings.EqualFold(scheme, "Basic") && h.known(user, password)
}

// known takes the same time for every name and password. Names are compared
// without regard to case.
func (h *handshake) known(user, password string) bool {
	want, ok := h.users[strings.ToLower(user)]
	a, b := sha256.Sum256([]byte(want)), sha256.Sum256([]byte(password))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok
}

// answer returns what the client is told at the end.
func (h *handshake) answer(protocol string) func(granted bool, err error) []byte {
	switch protocol {
	case "SOCKS4", "SOCKS4a":
		return func(granted bool, _ error) []byte {
			code := byte(91)
			if granted {
				code = 90
			}
			return []byte{0, code, 0, 0, 0, 0, 0, 0}
		}
	case "SOCKS5":
		return func(granted bool, err error) []byte {
			switch {
			case h.ask == nil && errors.Is(err, errPassword):
				return []byte{1, 1}
			case h.ask == nil:
				return []byte{5, 255}
			}
			code := byte(0)
			if !granted {
				code = socks5Code(err)
			}
			return []byte{5, code, 0, 1, 0, 0, 0, 0, 0, 0}
		}
	case "HTTP CONNECT":
		return func(granted bool, err error) []byte {
			switch {
			case granted:
				return []byte("HTTP/1.0 200 Connection established\r\n\r\n")
			case errors.Is(err, errPassword):
				return []byte("HTTP/1.0 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"msnscope\"\r\nContent-Length: 0\r\n\r\n")
			case errors.Is(err, errTarget) || errors.Is(err, errLoop):
				return []byte("HTTP/1.0 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
			}
			return []byte("HTTP/1.0 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		}
	}
	return nil
}

// socks5Code is the reply for an error, RFC 1928 section 6.
func socks5Code(err error) byte {
	switch {
	case errors.Is(err, errTarget), errors.Is(err, errLoop), errors.Is(err, errPassword):
		return 2
	case errors.Is(err, syscall.ENETUNREACH):
		return 3
	case errors.Is(err, syscall.EHOSTUNREACH):
		return 4
	case errors.Is(err, syscall.ECONNREFUSED):
		return 5
	case errors.Is(err, os.ErrDeadlineExceeded):
		return 6
	case errors.Is(err, errNotTCP):
		return 7
	}
	return 1
}
