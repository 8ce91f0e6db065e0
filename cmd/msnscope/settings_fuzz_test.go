// This file fuzzes the files that users write by hand: settings and passwords,
// and the words of sizes and ages in them.

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzSettings holds what is read of a file against the plainest way to read it.
func FuzzSettings(f *testing.F) {
	f.Add("# comment\nupstream = a.b\n\n keep-size=20G \nfilter = a=b\n", "20G")
	f.Add("\ufeffweb = 127.0.0.1:1\r\nalice@example.com open sesame\n", "36h")
	f.Add("Bob@example.com  x \nbob@example.com\ty\n#z\n", "8w")
	f.Add("keep-age", "9223372036854775807kiB")
	known := everyFlag()
	f.Fuzz(func(t *testing.T, text, word string) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		wantLines, wantUsers, goodLines, goodUsers := 0, map[string]string{}, true, true
		for _, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
			if len(line) > 60_000 {
				return
			}
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			name, _, ok := strings.Cut(line, "=")
			goodLines = goodLines && ok && known[strings.TrimSpace(name)] != nil
			wantLines++
			handle, password, ok := strings.Cut(line, " ")
			goodUsers = goodUsers && ok
			wantUsers[strings.ToLower(handle)] = password
		}
		lines, err := readConfig(path)
		if (err == nil) != goodLines || err == nil && len(lines) != wantLines {
			t.Errorf("%q: %d settings, %v", text, len(lines), err)
		}
		for _, l := range lines {
			if at := strings.Split(text, "\n")[l.number-1]; !strings.Contains(at, l.name) || !strings.HasSuffix(strings.TrimSpace(at), l.value) {
				t.Errorf("%+v is no line of %q", l, text)
			}
		}
		users, err := readPasswords(path)
		if (err == nil) != goodUsers || err == nil && len(users) != len(wantUsers) {
			t.Errorf("%q: %d users, %v", text, len(users), err)
		}
		for handle, password := range users {
			if wantUsers[handle] != password {
				t.Errorf("%q: %s has %q", text, handle, password)
			}
		}
		var size, again sizeFlag
		if size.Set(word) == nil && (size <= 0 || again.Set(size.String()) != nil || again != size) {
			t.Errorf("the size %q is %d, then %d", word, size, again)
		}
		var age, old ageFlag
		if age.Set(word) == nil && (age <= 0 || old.Set(age.String()) != nil || old != age) {
			t.Errorf("the age %q is %v, then %v", word, &age, &old)
		}
		var wrong usageError
		if _, err := parseRoutes("route", []string{word}); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %v", word, err)
		}
	})
}
