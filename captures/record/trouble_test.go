// This file tests what is recorded when the disk is full for a while.

package record

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
)

// disk is a file on a disk with little room.
type disk struct {
	*os.File
	room int // bytes that can still be written; negative: no limit
}

func (d *disk) Write(p []byte) (int, error) {
	if d.room < 0 || len(p) <= d.room {
		if d.room >= 0 {
			d.room -= len(p)
		}
		return d.File.Write(p)
	}
	n, err := d.File.Write(p[:d.room])
	d.room = 0
	if err == nil {
		err = &os.PathError{Op: "write", Path: d.Name(), Err: syscall.ENOSPC}
	}
	return n, err
}

func onDisk(t *testing.T, path string) (*File, *disk) {
	t.Helper()
	file, err := os.Create(path)
	must(t, err)
	d := &disk{file, -1}
	f := newFile(path, d)
	must(t, f.section())
	return f, d
}

func mustBeFull(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	for room := range 140 { // the write that fails is cut anywhere
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.pcapng")
			f, d := onDisk(t, path)
			c := f.Connect(client, server)
			other := f.Connect(netip.AddrPortFrom(client.Addr(), 2000), server)
			d.room = room
			if err := c.Data(decode.C2S, []byte("one, late")); err == nil {
				t.Skip("there was room for it")
			} else {
				mustBeFull(t, err)
			}
			mustBeFull(t, c.Data(decode.C2S, []byte("two")))
			mustBeFull(t, other.CloseWrite(decode.S2C))
			new := f.Connect(netip.AddrPortFrom(client.Addr(), 2001), server, event.Comment{Note: "opened"})
			mustBeFull(t, new.Data(decode.S2C, []byte("12345")))
			mustBeFull(t, new.Reset(decode.S2C, event.Comment{Note: "closed"}))
			mustBeFull(t, c.CloseWrite(decode.S2C))
			if err := f.Trouble(); err == nil || !strings.Contains(err.Error(), "no space left on device; 8 bytes not recorded so far") {
				t.Fatalf("trouble %v", err)
			}
			d.room = -1
			must(t, c.Data(decode.C2S, []byte("three")))
			must(t, f.Trouble())
			must(t, c.Data(decode.C2S, []byte("four")))
			must(t, f.Close())
			why := "not recorded: write " + path + ": no space left on device"
			got := packets(t, path)[6:]
			want := []string{
				`10.0.0.9:1044>1863 P. "one, late"`,
				`64.4.13.58:1863>2000 F.`,
				`10.0.0.9:2001>1863 S | opened`, `64.4.13.58:1863>2001 S.`, `10.0.0.9:2001>1863 .`,
				`64.4.13.58:1863>2001 R. | lost: 5 bytes ` + why + ` | closed`,
				`64.4.13.58:1863>1044 F.`,
				`10.0.0.9:1044>1863 P. "three" | lost: 3 bytes ` + why,
				`10.0.0.9:1044>1863 P. "four"`,
			}
			if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

// TestGapHasItsSize has tshark tell the size of the hole.
func TestGapHasItsSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f, d := onDisk(t, path)
	c := f.Connect(client, server)
	d.room = 0
	mustBeFull(t, c.Data(decode.C2S, []byte("late")))
	mustBeFull(t, c.Data(decode.C2S, make([]byte, 1234)))
	d.room = -1
	must(t, c.Data(decode.C2S, []byte("found")))
	must(t, f.Close())
	got := tshark(t, path, "-Y", "tcp.len > 0", "-T", "fields", "-e", "tcp.seq", "-e", "tcp.len")
	if want := "1\t4\n1239\t5\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestManyConnectionsWhileFull keeps memory bounded when connections come and
// go while nothing can be written.
func TestManyConnectionsWhileFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcapng")
	f, d := onDisk(t, path)
	d.room = 0
	for i := range maxOwed + 5 {
		c := f.Connect(netip.AddrPortFrom(client.Addr(), uint16(2000+i)), server)
		mustBeFull(t, c.Reset(decode.C2S))
	}
	if len(f.owed) > maxOwed || len(f.live) != 0 {
		t.Errorf("%d connections kept, %d live", len(f.owed), len(f.live))
	}
	d.room = -1
	must(t, f.Connect(client, server).Data(decode.C2S, []byte("a")))
	must(t, f.Close())
	got := packets(t, path)
	var lost []string
	for _, p := range got {
		if strings.Contains(p, "lost") {
			lost = append(lost, p)
		}
	}
	if len(lost) != 1 || !strings.Contains(lost[0], "how 5 other connections ended was not recorded") {
		t.Errorf("%q", lost)
	}
	if n := len(got); n != 4*maxOwed+4 {
		t.Errorf("%d packets", n)
	}
}

func TestAfterClose(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a.pcapng"))
	c := f.Connect(client, server)
	must(t, f.Close())
	must(t, f.Close())
	if err := c.Data(decode.C2S, []byte("a")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v", err)
	}
}
