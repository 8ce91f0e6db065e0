// This file fills a real file system while connections are recorded.

package captures

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/marks"
	"msnscope/decode"
)

// smallDisk mounts a file system of some megabytes.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	dir := t.TempDir()
	if err := syscall.Mount("msnscope-test", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("no small file system can be mounted here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestDiskFullForAWhile: what is recorded goes on by itself when there is room
// again, and says how much is missing, though nobody says a word more.
func TestDiskFullForAWhile(t *testing.T) {
	dir := smallDisk(t, "6m")
	ballast := filepath.Join(dir, "ballast")
	s := openStore(t, filepath.Join(dir, "store"), Options{})
	r := recordInto(t, s)
	k := newTalk(t, r, 1044)
	k.ping()
	caughtUp(t, s)
	before := contentOf(t, s)

	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for chunk := make([]byte, 4096); err == nil; {
		_, err = f.Write(chunk)
	}
	f.Close()
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	line := []byte("MSG 7 N 1000\r\n" + strings.Repeat("x", 1000))
	lost := 0
	for lost < 5000 {
		if err := k.conn.Data(decode.C2S, line); errors.Is(err, syscall.ENOSPC) {
			lost += len(line)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Trouble(); err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "bytes not recorded so far") {
		t.Error("trouble: ", err)
	}
	star := "star"
	if _, err := s.MarkEvent(1, marks.EventChange{Word: &star}); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
	r.look() // still full
	if r.Trouble() == nil {
		t.Error("the trouble is over on a full disk")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	r.look() // what Recording does every second
	if err := r.Trouble(); err != nil {
		t.Fatal(err)
	}
	caughtUp(t, s)
	told := false
	for _, e := range contentOf(t, s).Events {
		told = told || e.Kind == event.Note && e.Note == "lost" && strings.Contains(e.Text, "no space left")
	}
	if !told {
		t.Error("nothing tells of what is missing before more is said")
	}
	for range 100 { // until the follower waits for the missing ones no more
		k.ping()
	}
	if _, err := s.MarkEvent(1, marks.EventChange{Word: &star}); err != nil {
		t.Error(err)
	}
	caughtUp(t, s)
	after := contentOf(t, s)
	after.Events[0].Mark = event.Mark{}
	equal(t, "the earlier events", before.Events, after.Events[:len(before.Events)])
	var missing int64
	said := false
	for _, e := range after.Events {
		if e.Kind == event.Gap {
			missing += e.Missing
		}
		said = said || bytes.HasPrefix(e.Raw, []byte("CHG 2 AWY")) && e.Dir == decode.C2S
	}
	// The chunk at which writing failed is kept and comes late; those after it are missing.
	if missing != int64(lost)-int64(len(line)) || !said {
		t.Errorf("%d bytes are told missing of %d lost, what came after is there: %v", missing, lost, said)
	}
	closeStore(t, s)
	if err := index.Remove(s.indexPath()); err != nil {
		t.Fatal(err)
	}
	o := openStore(t, s.dir, Options{})
	caughtUp(t, o)
	rebuilt := contentOf(t, o)
	rebuilt.Events[0].Mark = event.Mark{}
	equal(t, "rebuilt", after.Events, rebuilt.Events[:len(after.Events)])
	closeStore(t, o)
}
