// This file looks at what is printed on a terminal of names that would steer it.

package main

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNamesOnATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := filepath.Join(dir, "store")
	proxy := startProxy(t, "127.0.0.9:1", store)
	conn, err := net.Dial("tcp", proxy.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const steer = "\x1b[31m\x07\x9b1m"
	io.WriteString(conn, "VER 1 MSNP7 CVR0\r\nINF 2\r\nUSR 3 MD5 I a"+steer+"@b.example\r\nCVR 4 0x0409 winnt 5.1 i386 MSM"+steer+" 4.6 MSMSGS\r\n")
	io.Copy(io.Discard, conn)
	proxy.stop(t)
	captures, _ := filepath.Glob(filepath.Join(store, "captures", "*.pcapng"))
	if len(captures) != 1 {
		t.Fatal(captures)
	}
	for what, args := range map[string][]string{
		"sessions": {"sessions", "--store", store},
		"import":   {"import", "--store", filepath.Join(dir, "other"), captures[0]},
	} {
		out := string(output(t, args...))
		if strings.ContainsAny(out, "\x1b\x07") || !utf8.ValidString(out) || !strings.Contains(out, "@b.example") {
			t.Errorf("%s prints %q", what, out)
		}
	}
}
