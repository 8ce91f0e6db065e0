// This file tests reading heads.

package httphead

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestEnd(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "\n": 0, "a\r\n": 0, "a\r\n\r": 0, "a\r\n\r\nbody": 5, "a\n\nbody": 3, "a\r\nb: c\r\n\r\n": 11, "a\nb\n\r\n": 6,
	} {
		if got := End([]byte(in)); got != want {
			t.Errorf("End(%q) = %d, want %d", in, got, want)
		}
		for seen := range in { // nothing ended before
			if End([]byte(in[:seen])) == 0 {
				if got := EndFrom([]byte(in), seen); got != want {
					t.Errorf("EndFrom(%q, %d) = %d, want %d", in, seen, got, want)
				}
			}
		}
	}
}

func TestFirstLine(t *testing.T) {
	for in, want := range map[string]string{
		"POST /a?b=c HTTP/1.1\r\n":   "POST /a?b=c 1",
		"GET http://h/ HTTP/1.0\n":   "GET http://h/ 0",
		"post /a HTTP/1.1":           "",
		"POST /a b HTTP/1.1":         "",
		"POST /a HTTP/2.0":           "",
		"POST  HTTP/1.1":             "",
		"HTTP/1.1 200 OK\r\n":        "200 1",
		"HTTP/1.0 404\r\n":           "404 0",
		"HTTP/1.1 2000 OK":           "",
		"HTTP/1.1 099 no":            "",
		"HTTP/1.1 20":                "",
		"HTTP/1.1 200 OK HTTP/1.1\n": "200 1",
	} {
		got := ""
		if m, target, minor, ok := Request([]byte(in)); ok {
			got = fmt.Sprint(m, " ", target, " ", minor)
		}
		if code, minor, ok := Status([]byte(in)); ok {
			got = fmt.Sprint(code, " ", minor)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestFields(t *testing.T) {
	head := []byte("GET / HTTP/1.1\r\ncontent-LENGTH : 17 \r\nConnection: TE, Close\r\nX: \r\n\r\nContent-Length: 9")
	if n, ok := Length(head[:End(head)]); n != 17 || !ok {
		t.Errorf("length %d, %v", n, ok)
	}
	if !Has(head, "connection", "close") || Has(head, "Connection", "keep-alive") {
		t.Error("Connection")
	}
	if v, ok := Value(head, "x"); v != "" || !ok {
		t.Errorf("X: %q, %v", v, ok)
	}
	for _, bad := range []string{"-1", "1x", "99999999999999999999"} {
		if _, ok := Length([]byte("GET / HTTP/1.1\r\nContent-Length: " + bad + "\r\n\r\n")); ok {
			t.Errorf("length %q", bad)
		}
	}
}

func TestSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"GET / HTTP/1.1\r\nCookie: a=b\r\nHost: x\r\n\r\nCookie: d": "GET / HTTP/1.1\r\nCookie: ***\r\nHost: x\r\n\r\n|Cookie: d",
		"GET / HTTP/1.1\r\nProxy-Authorization: Basic dTpw":         "GET / HTTP/1.1\r\nProxy-Authorization: **********|",
		"GET / HTTP/1.1\nauthorization: x\n y\nA: b\n\n":            "GET / HTTP/1.1\nauthorization: *\n *\nA: b\n\n|",
		"OUT\r\nCookie: 1": "|OUT\r\nCookie: 1",
	} {
		msg := []byte(in)
		spans, body := Secrets(msg)
		for _, s := range spans {
			copy(msg[s.Start:s.End], strings.Repeat("*", s.End-s.Start))
		}
		if got := string(msg[:body]) + "|" + string(msg[body:]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzSecrets(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nCookie: a=b\r\n more\r\n\r\nbody"))
	f.Add([]byte("HTTP/1.0 200\nSet-Cookie:"))
	f.Fuzz(func(t *testing.T, msg []byte) {
		spans, body := Secrets(msg)
		last := 0
		for _, s := range spans {
			if s.Start < last || s.End <= s.Start || s.End > body {
				t.Errorf("%v of %d", spans, body)
			}
			last = s.End
		}
		if n := End(msg); n > 0 && body > 0 && body != n && !bytes.HasPrefix(msg, []byte("\n")) {
			t.Errorf("body at %d, head of %d", body, n)
		}
	})
}
