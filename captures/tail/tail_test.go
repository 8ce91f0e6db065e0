// This file tests reading files that grow.

package tail_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"msnscope/captures/tail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// write appends to a file as another program does.
func write(t testing.TB, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// follow reads a file until there is no more, and calls at for each piece.
func follow(t *testing.T, ctx context.Context, f *tail.File, at func(all string)) string {
	t.Helper()
	all := ""
	for {
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
		at(all)
		if !f.Wait(ctx) {
			return all
		}
	}
}

func TestGrowing(t *testing.T) {
	for _, end := range []struct {
		why string
		do  func(path string, cancel func()) error
	}{
		{"", func(_ string, cancel func()) error { cancel(); return nil }},
		{"was removed", func(path string, _ func()) error { return os.Remove(path) }},
		{"was cut off", func(path string, _ func()) error { return os.Truncate(path, 2) }},
		{"was replaced", func(path string, _ func()) error {
			if err := os.Rename(path, path+".0"); err != nil {
				return err
			}
			return os.WriteFile(path, []byte("another one"), 0o600)
		}},
	} {
		t.Run(end.why, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			write(t, path, "one ")
			f, err := tail.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			all := follow(t, ctx, f, func(all string) {
				switch all {
				case "one ":
					write(t, path, "two ")
				case "one two ":
					write(t, path, "three")
				case "one two three":
					if err := end.do(path, cancel); err != nil {
						t.Fatal(err)
					}
				}
			})
			if all != "one two three" || f.Ended() != end.why {
				t.Errorf("read %q, %q", all, f.Ended())
			}
		})
	}
}

func Example() {
	dir, _ := os.MkdirTemp("", "tail")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "growing")
	os.WriteFile(path, []byte("a line\n"), 0o600)
	f, err := tail.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	os.Remove(path) // what is there is still read
	for f.Wait(context.Background()) {
		b, _ := io.ReadAll(f)
		fmt.Printf("%s", b)
	}
	fmt.Println("it", f.Ended())
	// Output:
	// a line
	// it was removed
}
