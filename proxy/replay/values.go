// This file keeps what is other than it was: challenges, cookies, session ids
// and addresses of this time, by those of then.

package replay

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"msnscope/decode"
)

// values are those of one replay.
type values struct {
	cookie  map[string]string
	address map[string]string // of the switchboard, by the recorded cookie
	session map[string]string
	next    string // where the last XFR NS has sent the client
}

func set(m *map[string]string, key, value []byte) {
	if *m == nil {
		*m = make(map[string]string)
	}
	(*m)[string(key)] = string(value)
}

// learn takes over what a server says in place of what it said then.
func (v *values) learn(t *talk, then *step, now *heard) {
	a, b := then.words(), now.words()
	switch then.name() {
	case "XFR", "RNG":
		was, ok := decode.ParseRedirect(then.text())
		is, ok2 := decode.ParseRedirect(now.raw[:now.line])
		if !ok || !ok2 || is.Address.Len() == 0 {
			return
		}
		host, port, _ := decode.SplitHostPort(is.Address.Of(now.raw))
		to := net.JoinHostPort(host, strconv.Itoa(int(port)))
		if is.Kind == decode.RedirectNS {
			v.next = to
			return
		}
		cookie := was.Cookie.Of(then.raw)
		set(&v.cookie, cookie, is.Cookie.Of(now.raw))
		set(&v.address, cookie, []byte(to))
		if is.Session.Len() > 0 {
			set(&v.session, was.Session.Of(then.raw), is.Session.Of(now.raw))
		}
	case "USR":
		if len(b) >= 5 && string(b[2]) == "MD5" && string(b[3]) == "S" {
			t.md5 = string(b[4])
		}
	case "CHL":
		if len(b) >= 3 {
			t.chl = string(b[2])
		}
	case "CAL":
		if len(a) >= 4 && len(b) >= 4 {
			set(&v.session, a[3], b[3])
		}
	}
}

// ask returns a command of the client as it has to be this time. With an error
// it is as it was.
func (v *values) ask(t *talk, s *step, passwords map[string]string) ([]byte, error) {
	w := s.words()
	switch s.name() {
	case "USR":
		switch {
		case len(w) == 5 && string(w[3]) == "I":
			t.handle = strings.ToLower(string(w[4]))
		case len(w) == 5 && string(w[2]) == "MD5" && string(w[3]) == "S":
			password, ok := passwords[t.handle]
			if !ok {
				return s.raw, fmt.Errorf("the password of %s was not given (--password-file), so the old digest is sent", t.handle)
			}
			return replaceWord(s.raw, s.text(), 4, decode.MD5Response(t.md5, password)), nil
		case cookieIn(w) != nil:
			return replaceWord(s.raw, s.text(), 3, v.cookie[string(w[3])]), nil
		}
	case "ANS":
		if cookieIn(w) != nil {
			raw := s.raw
			if id, ok := v.session[string(w[4])]; ok {
				raw = replaceWord(raw, s.text(), 4, id)
			}
			return replaceWord(raw, s.text(), 3, v.cookie[string(w[3])]), nil // stands before, so its place is the same
		}
	case "QRY":
		if len(w) >= 4 && s.body+32 == len(s.raw) {
			digest, ok := decode.QRYResponse(t.chl, string(w[2]))
			if !ok {
				return s.raw, fmt.Errorf("the key of %s is not known, so the old digest is sent", w[2])
			}
			return append(append(make([]byte, 0, len(s.raw)), s.raw[:s.body]...), digest...), nil
		}
	}
	return s.raw, nil
}
