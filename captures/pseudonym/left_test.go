// This file looks for what is left of real words, wherever in a command, in its
// payload or in bytes that are no command they stood.

package pseudonym_test

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pseudonym"
	"msnscope/decode"
)

// What '#' and '$' stand for: letters that nobody invents, and an address.
const (
	realWord = "qjwyq"
	realAddr = "64.4.13.58"
)

var whatIsReal = regexp.MustCompile(`(?i)` + realWord + `|(^|\D)` + regexp.QuoteMeta(realAddr) + `(\D|$)`)

// left returns what is left of them, also behind percent signs.
func left(b []byte) string {
	return whatIsReal.FindString(string(b) + " " + decode.UnescapeText(string(b)))
}

func FuzzNothingIsLeft(f *testing.F) {
	for _, spec := range decode.Specs() {
		words := strings.Split(spec.Example, " ")
		for i := 1; i < len(words); i++ {
			for _, in := range []string{"#", "$", "x@#", "#=" + words[i], words[i] + ",#", "%71%6a#", "$:80", "[#]"} {
				line := strings.Join(words[:i], " ") + " " + in + " " + strings.Join(words[i+1:], " ")
				f.Add(spec.Dir == decode.S2C, strings.TrimSpace(line)+"\r\n")
			}
		}
	}
	for _, payload := range []string{
		"Content-Type: text/plain; charset=#\r\nX-MMS-IM-Format: FN=#; EF=#; CO=#\r\n#: #\r\n #\r\n\r\n#é# $\xff\r\n",
		"Content-Type: text/#\r\nP4-Context: #\r\n\r\n#",
		"Content-Type: text/x-msmsgscontrol\r\nTypingUser: #@#\r\n\r\n#",
		"Content-Type: text/x-msmsgsinvite\r\n\r\nApplication-Name: #\r\nIP-Address: $\r\nApplication-File: #.#\r\nInvitation-Command: #\r\nConnectivity: $\r\n",
		"Content-Type: text/x-msmsgsprofile\r\nEmailEnabled: #\r\nClientIP: $\r\n\r\n",
		"Content-Type: text/x-msmsgsemailnotification\r\n\r\nFrom: =?iso-8859-1?Q?#?=\r\nFrom-Addr: <#@#>\r\nSubject: $ #@#\r\n",
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n#",
	} {
		f.Add(true, "MSG bob@hotmail.com Bob 500\r\n"+payload)
		f.Add(false, "MSG 1 N 500\r\n"+payload)
	}
	p := pseudonym.New()
	f.Fuzz(func(t *testing.T, fromServer bool, text string) {
		dir := decode.C2S
		if fromServer {
			dir = decode.S2C
		}
		b := []byte(strings.NewReplacer("#", realWord, "$", realAddr).Replace(text))
		if line, payload, ok := bytes.Cut(b, []byte("\r\n")); ok && len(payload) > 0 {
			// Whatever length the line says, it is that of the payload.
			words := strings.Split(string(line), " ")
			words[len(words)-1] = strconv.Itoa(len(payload))
			b = []byte(strings.Join(words, " ") + "\r\n" + string(payload))
		}
		for _, role := range []decode.Role{decode.RoleNS, decode.RoleSB, decode.RoleFT} {
			for _, partial := range []bool{false, true} {
				n := p.Event(&event.Event{Kind: event.Raw, Role: role, Dir: dir, Raw: b, Delivered: b, Partial: partial})
				if word := left(append(n.Raw, n.Delivered...)); word != "" {
					t.Fatalf("%v: of %q there is %s left: %q", role, b, word, n.Raw)
				}
			}
			e, ok := framed(dir, b)
			if !ok {
				continue
			}
			e.Role, e.Delivered = role, append([]byte("NLN NLN "), b...)
			n := p.Event(&e)
			if word := left(n.Raw); word != "" {
				t.Errorf("%v: of %q there is %s left: %q", role, e.Raw, word, n.Raw)
			}
			if word := left(n.Delivered); word != "" {
				t.Errorf("%v: of the delivered %q there is %s left: %q", role, e.Delivered, word, n.Delivered)
			}
		}
	})
}
