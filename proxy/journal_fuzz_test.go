// This file fuzzes what is read back of promises: lines that somebody has torn,
// mixed or written by hand, among those of the proxy.

package proxy

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzPromises has any bytes stand in the files, and cookies written
// behind them: these come back, whatever stands before.
func FuzzPromises(f *testing.F) {
	f.Add([]byte(`{"cookie":"11752013.1795713263.2071","server":"64.4.12.153:1863","dialect":7,"until":"2101-11-05T20:14:07Z"}`+"\n"), []byte("{\"x\":\n"), "17262740.1", "64.4.12.153", uint16(1863))
	f.Add([]byte(`{"session":"1.2","server":"","until":"9999-12-31T23:59:59Z"}`+"\r\n"), []byte(`{"server":"[::1]:7","until":"2101-11-07T20:09:07Z"}`+"\n"), "\x7f\t\x00", "::1", uint16(80))
	f.Fuzz(func(t *testing.T, older, newer []byte, cookie, host string, port uint16) {
		path := filepath.Join(t.TempDir(), "promises")
		for name, b := range map[string][]byte{path + olderFile: older, path: newer} {
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		begun := &Proxy{Promises: path, Log: slog.New(slog.DiscardHandler)}
		begun.recall()
		defer begun.journal.close()
		to := target{host, port}
		if again, ok := parseTarget([]byte(to.String())); !ok || again != to || cookie == "" || len(cookie) > maxCookie || !utf8.ValidString(cookie+host) || strings.ContainsAny(cookie, " \r\n") {
			return
		}
		now := time.Now()
		begun.journal.keep(now, promised{Cookie: cookie, Server: to.String(), Dialect: 7, Source: cookie, Until: now.Add(cookieLife)})
		begun.journal.close()
		all, err := readPromises(path)
		if err != nil || len(all) == 0 {
			t.Fatalf("%d promises, %v", len(all), err)
		}
		if last := all[len(all)-1]; last.Cookie != cookie || last.Server != to.String() || last.Dialect != 7 {
			t.Fatalf("%q for %q came back as %+v", cookie, to, last)
		}
		next := &Proxy{Promises: path, Log: slog.New(slog.DiscardHandler)}
		next.recall()
		defer next.journal.close()
		if r, ok := next.cookies.lookup(now, []byte(cookie), target{}); !ok || r.target != to {
			t.Fatalf("the cookie %q leads to %v %t, not to %v", cookie, r, ok, to)
		}
		// What was taken up is written down as it was.
		taken, err := readPromises(path)
		if err != nil || len(taken) == 0 || !reflect.DeepEqual(taken[len(taken)-1].line(), all[len(all)-1].line()) || !bytes.HasSuffix(taken[0].line(), []byte("}\n")) {
			t.Fatalf("%+v, then %+v, %v", all, taken, err)
		}
	})
}
