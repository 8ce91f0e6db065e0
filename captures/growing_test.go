// This file tests importing a capture that is still being written.

package captures

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"msnscope/captures/pcapfile"
)

func TestImportGrowing(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "goserver-netmsmgr.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "was removed"} {
		path := filepath.Join(t.TempDir(), "growing.pcap")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		rest := whole
		grow := func(n int) {
			n = min(n, len(rest))
			if _, err := out.Write(rest[:n]); err != nil {
				t.Error(err)
			}
			rest = rest[n:]
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		grow(100)
		s := openStore(t, t.TempDir(), Options{})
		steps, seen := 0, int64(-1)
		r, why, err := s.ImportGrowing(ctx, path, func(p Progress) {
			if p.Bytes == seen { // told twice, or nothing new yet
				return
			}
			seen, steps = p.Bytes, steps+1
			switch {
			case len(rest) > 0:
				grow(1 + len(whole)/10)
			case p.Bytes == int64(len(whole)) && end == "":
				cancel()
			case p.Bytes == int64(len(whole)):
				os.Remove(path)
			}
		})
		if err != nil || why != end {
			t.Fatal(err, why)
		}
		if r.Events != 136 || len(r.Connections) != 9 || len(r.Problems) != 0 || steps < 5 {
			t.Errorf("after %d steps: %d events, %d connections, %q", steps, r.Events, len(r.Connections), r.Problems)
		}
		want := contentOf(t, s)
		closeStore(t, s)
		if err := os.Remove(s.indexPath()); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, s.dir, Options{})
		caughtUp(t, s)
		equal(t, "rebuilt", want, contentOf(t, s))
	}
}

func TestImportGrowingNothing(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "a")
	for text, want := range map[string]error{"": context.Canceled, "Dear Alice,\nthis is a letter to you.\n": pcapfile.ErrNotCapture} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.ImportGrowing(ctx, path, nil); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	left, err := os.ReadDir(s.captureDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left over: %v %v", left, err)
	}
}
