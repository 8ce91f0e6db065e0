// This file reads the messages of SOCKS 4, 4a and 5.

package prologue

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"msnscope/decode"
)

// The reasons of messages that Secrets looks into.
const (
	WhyPassword = "SOCKS5: user and password"
	connectWord = "HTTP CONNECT"
)

// maxName is the longest user id and name of a SOCKS 4 request; in SOCKS 5 a
// byte gives the length.
const maxName = 255

// socks4Request reads 04, command, port, address, user id, 00; and for 4a, when
// the address is 0.0.0.x, a name and 00.
func (d *Decoder) socks4Request() bool {
	b := d.buf[decode.C2S]
	if len(b) >= 2 && b[1] != 1 && b[1] != 2 {
		d.giveUp()
		return false
	}
	if len(b) < 9 {
		return false
	}
	user := bytes.IndexByte(b[8:], 0)
	if user > maxName || user < 0 && len(b) > 8+maxName {
		d.giveUp()
		return false
	}
	if user < 0 {
		return false
	}
	n := 8 + user + 1
	addr := netip.AddrFrom4([4]byte(b[4:8]))
	r := Result{Protocol: "SOCKS4", Host: addr.String(), Port: binary.BigEndian.Uint16(b[2:])}
	if b[4] == 0 && b[5] == 0 && b[6] == 0 && b[7] != 0 {
		name := bytes.IndexByte(b[n:], 0)
		if name > maxName || name < 0 && len(b) > n+maxName {
			d.giveUp()
			return false
		}
		if name < 0 {
			return false
		}
		r.Protocol, r.Host = "SOCKS4a", string(b[n:n+name])
		n += name + 1
	}
	d.wants(r)
	return d.message(decode.C2S, n, d.request(b[1]), socks4Reply)
}

// socks4Codes are the answers of a SOCKS 4 proxy, from 90 on.
var socks4Codes = [...]string{"connected", "refused", "refused: no identd at the client", "refused: identd names another user"}

// socks4Reply reads 00, code, port, address.
func (d *Decoder) socks4Reply() bool {
	b := d.buf[decode.S2C]
	if len(b) > 0 && b[0] != 0 && b[0] != 4 { // some send their own version
		d.giveUp()
		return false
	}
	if len(b) < 8 {
		return false
	}
	d.result.Reply = "code " + strconv.Itoa(int(b[1]))
	if i := int(b[1]) - 90; i >= 0 && i < len(socks4Codes) {
		d.result.Reply = socks4Codes[i]
	}
	why := d.result.Protocol + ": " + d.result.Reply
	if b[1] != 90 {
		return d.refused(decode.S2C, 8, why)
	}
	return d.opened(decode.S2C, 8, why)
}

// wants takes a request over into the result.
func (d *Decoder) wants(r Result) {
	r.Host = printable(r.Host)
	if a, err := netip.ParseAddr(r.Host); err == nil {
		r.Addr = netip.AddrPortFrom(a.Unmap(), r.Port)
	}
	d.result = r
}

// printable makes a name from the wire fit to be shown and compared: what is no
// printable ASCII becomes "?".
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c <= ' ' || c > '~' {
			return '?'
		}
		return c
	}, s)
}

// request says what a client asks for with a command of SOCKS.
func (d *Decoder) request(command byte) string {
	verb := "connect to "
	switch command {
	case 2:
		verb = "listen for "
	case 3:
		verb = "relay datagrams for "
	}
	return d.result.Protocol + ": " + verb + d.result.Target()
}

// socks5Hello reads 05, n, n methods.
func (d *Decoder) socks5Hello() bool {
	b := d.buf[decode.C2S]
	if len(b) >= 2 && b[1] == 0 {
		d.giveUp()
		return false
	}
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return false
	}
	d.result.Protocol = "SOCKS5"
	return d.message(decode.C2S, 2+int(b[1]), "SOCKS5: methods offered", socks5Method)
}

// socks5Ask reads a message of the client behind its hello.
func (d *Decoder) socks5Ask() bool {
	b := d.buf[decode.C2S]
	version := byte(5)
	if d.step == socks5Password {
		version = 1
	}
	if len(b) > 0 && b[0] != version {
		d.giveUp()
		return false
	}
	if len(b) < 2 {
		return false
	}
	if d.step == socks5Password { // 01, length, user, length, password
		n := 2 + int(b[1])
		if len(b) <= n || len(b) < n+1+int(b[n]) {
			return false
		}
		return d.message(decode.C2S, n+1+int(b[n]), WhyPassword, socks5PasswordReply)
	}
	// 05, command, 00, address
	host, port, n, ok := socks5Address(b[2:])
	if !ok {
		d.giveUp()
		return false
	}
	if n == 0 {
		return false
	}
	d.wants(Result{Protocol: "SOCKS5", Host: host, Port: port})
	return d.message(decode.C2S, 2+n, d.request(b[1]), socks5Reply)
}

// socks5Address reads 00, kind, address, port; n is 0 while it is not whole and
// ok false if it is none.
func socks5Address(b []byte) (host string, port uint16, n int, ok bool) {
	if len(b) < 3 {
		return "", 0, 0, len(b) < 2 || b[1] == 1 || b[1] == 3 || b[1] == 4
	}
	switch b[1] {
	case 1:
		n = 2 + 4
	case 3:
		n = 3 + int(b[2])
	case 4:
		n = 2 + 16
	default:
		return "", 0, 0, false
	}
	if len(b) < n+2 {
		return "", 0, 0, true
	}
	if b[1] == 3 {
		host = string(b[3:n])
	} else {
		a, _ := netip.AddrFromSlice(b[2:n])
		host = a.String()
	}
	return host, binary.BigEndian.Uint16(b[n:]), n + 2, true
}

// socks5Codes are the answers to a request, from 0 on.
var socks5Codes = [...]string{
	"connected", "refused: general failure", "refused: not allowed", "refused: network unreachable",
	"refused: host unreachable", "refused: by the host", "refused: out of time", "refused: command not supported",
	"refused: kind of address not supported",
}

// socks5Answer reads a message of the proxy.
func (d *Decoder) socks5Answer() bool {
	b := d.buf[decode.S2C]
	if len(b) > 0 && b[0] != 5 && (d.step != socks5PasswordReply || b[0] != 1) {
		d.giveUp()
		return false
	}
	if len(b) < 2 {
		return false
	}
	switch d.step {
	case socks5Method:
		switch b[1] {
		case 0:
			return d.message(decode.S2C, 2, "SOCKS5: no sign-in needed", socks5Request)
		case 2:
			return d.message(decode.S2C, 2, "SOCKS5: user and password needed", socks5Password)
		case 255:
			d.result.Reply = "refused: no method fits"
		default:
			d.result.Reply = fmt.Sprintf("method %d, which is not understood", b[1])
		}
		return d.refused(decode.S2C, 2, "SOCKS5: "+d.result.Reply)
	case socks5PasswordReply:
		if b[1] == 0 {
			return d.message(decode.S2C, 2, "SOCKS5: signed in", socks5Request)
		}
		d.result.Reply = "refused: wrong user or password"
		return d.refused(decode.S2C, 2, "SOCKS5: "+d.result.Reply)
	}
	_, _, n, ok := socks5Address(b[2:])
	if !ok {
		d.giveUp()
		return false
	}
	if n == 0 {
		return false
	}
	d.result.Reply = "refused: code " + strconv.Itoa(int(b[1]))
	if int(b[1]) < len(socks5Codes) {
		d.result.Reply = socks5Codes[b[1]]
	}
	if b[1] != 0 {
		return d.refused(decode.S2C, 2+n, "SOCKS5: "+d.result.Reply)
	}
	return d.opened(decode.S2C, 2+n, "SOCKS5: "+d.result.Reply)
}
