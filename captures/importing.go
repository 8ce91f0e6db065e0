// This file imports captures and text logs.

package captures

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/pcapfile"
	"msnscope/captures/textlog"
)

const (
	// progressInterval is the least time between two calls of progress.
	progressInterval = 100 * time.Millisecond
	// sniffed is how much of a file is looked at to tell what it is.
	sniffed = textlog.Head
	// copied is the piece after which a copy looks whether to go on.
	copied = 8 << 20
)

// Progress of an import. Size is that of the copy in the store, and Bytes how
// much of it was read.
type Progress struct {
	Bytes, Size, Packets, Events int64
}

// Report is what an import found.
type Report struct {
	Capture     int
	Already     bool // the same file was imported before: nothing was added, and only the next four are told
	Packets     int64
	Events      int64
	Spoken      int64              // connections with MSNP in them
	Connections []event.Connection // the first of them; at most 10,000
	Ignored     []Ignored          // those without, and why; at most 10,000
	MoreIgnored int64              // how many are not listed
	Problems    []string           // damage, with packet numbers; at most 10,000
	Gaps        int64              // places where bytes are missing
	Missing     int64              // bytes missing, as far as that is known
}

// Ignored is a TCP connection in which no MSNP was recognised.
type Ignored struct {
	Connection event.Connection
	Why        string
}

// ErrRebuilt is returned by an import during which the index turned out to be
// damaged. The file is in the store and is indexed with all the others.
var ErrRebuilt = errors.New("the index is being rebuilt; the import goes on with it")

// Import copies a capture or a text log into the store and indexes it. If it
// is cancelled or fails, nothing of it stays. progress may be nil; it is
// called from this goroutine.
func (s *Store) Import(ctx context.Context, path string, progress func(Progress)) (Report, error) {
	src, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer src.Close()
	return s.ImportFrom(ctx, src, path, progress)
}

// ImportFrom is Import of what src holds up to its end; path is what it is called.
func (s *Store) ImportFrom(ctx context.Context, src io.Reader, path string, progress func(Progress)) (Report, error) {
	if err := s.writable("import"); err != nil {
		return Report{}, err
	}
	r, err := s.importFile(ctx, src, importName(path), progress)
	if err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func (s *Store) importFile(ctx context.Context, src io.Reader, name string, progress func(Progress)) (Report, error) {
	temp, name, err := s.copyIn(ctx, src, name)
	var damage *textlog.Damage
	if err != nil && !errors.As(err, &damage) {
		return Report{}, err
	}
	defer os.Remove(temp) // it is gone when all went well
	if same, err := s.sameAs(temp); same != nil || err != nil {
		if err != nil {
			return Report{}, err
		}
		return s.already(same), nil
	}

	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return Report{}, os.ErrClosed
	}
	f := s.addFile(name)
	if err := os.Rename(temp, f.path); err != nil {
		s.removeFile(f)
		s.mu.Unlock()
		return Report{}, err
	}
	x := s.index()
	x.Create(f.number, f.name, false)
	d, feedCtx := s.newFeed(x, f, nil)
	if progress == nil {
		progress = func(Progress) {}
	}
	d.progress = progress
	d.size, _ = sizeOf(f.path)
	s.work.Add(1)
	s.mu.Unlock()
	defer s.work.Done()

	stop := context.AfterFunc(ctx, d.cancel)
	err = d.run(feedCtx)
	stop()
	if err == nil {
		err = x.Sync(ctx)
	}
	switch {
	case err == nil:
	case ctx.Err() == nil && s.index() != x:
		return Report{Capture: f.number}, ErrRebuilt
	case ctx.Err() == nil && s.ctx.Err() != nil: // Close: it goes on at the next Open
		return Report{Capture: f.number}, os.ErrClosed
	default:
		s.mu.Lock()
		s.removeFile(f)
		s.mu.Unlock()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return Report{}, errors.Join(err, os.Remove(f.path), x.Drop(d.c))
	}
	r := d.finalReport()
	if damage != nil {
		r.Problems = append(r.Problems, damage.Error())
	}
	return r, nil
}

func (d *feed) finalReport() Report {
	r := d.report
	r.Capture = d.f.number
	r.Packets = d.packets
	r.Events = d.c.Status().Events
	r.Connections, r.Spoken = spoken(d.c)
	return r
}

// spoken returns the first connections of a capture with MSNP in them, and how
// many there are.
func spoken(c *index.Capture) (first []event.Connection, all int64) {
	c.EachConnection(func(v *event.Connection) {
		if !v.MSNP {
			return
		}
		if all++; all <= maxListed {
			first = append(first, *v)
		}
	})
	return first, all
}

// copyIn copies src under a temporary name into the store, a text log as the
// capture that it is turned into, of the beginning only if a *textlog.Damage is
// returned. as is what it shall be called.
func (s *Store) copyIn(ctx context.Context, src io.Reader, as string) (temp, name string, err error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(src, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", "", err
	}
	head = head[:n]
	dst, err := os.CreateTemp(s.captureDir(), partial)
	if err != nil {
		return "", "", err
	}
	defer func() {
		closed := dst.Close()
		var damage *textlog.Damage
		if err = errors.Join(err, closed); err != nil && (closed != nil || !errors.As(err, &damage)) {
			os.Remove(dst.Name())
		}
	}()
	first, unpack := pcapfile.Unpack(head, textlog.Head)
	if textlog.Sniff(first) {
		as += ".pcapng"
		in, err := unpack(io.MultiReader(bytes.NewReader(head), cancellable{ctx, src}))
		if err != nil {
			return "", "", err
		}
		out := bufio.NewWriterSize(dst, 1<<20)
		err = textlog.Convert(bufio.NewReaderSize(in, 1<<20), out)
		var unread *fs.PathError
		switch failed := cmp.Or(ctx.Err(), out.Flush()); {
		case failed != nil:
			err = failed
		case errors.As(err, &unread): // not the log is damaged, but the disk
			err = unread
		}
		return dst.Name(), as, err
	}
	if _, err = pcapfile.NewReader(bytes.NewReader(head)); err != nil && !(n == sniffed && errors.Is(err, io.ErrUnexpectedEOF)) {
		if unknown := textlog.Unknown(first); errors.Is(err, pcapfile.ErrNotCapture) && unknown != nil {
			err = fmt.Errorf("%w, and %w", err, unknown)
		}
		return "", "", err
	}
	if _, err = dst.Write(head); err != nil {
		return "", "", err
	}
	for {
		if err = ctx.Err(); err != nil {
			return "", "", err
		}
		// Between files the kernel copies.
		if _, err = io.CopyN(dst, src, copied); err == io.EOF {
			return dst.Name(), as, nil
		} else if err != nil {
			return "", "", err
		}
	}
}

// cancellable reads until the context is done.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// sameAs returns the capture of the store that is the same, byte for byte.
// Sizes tell most apart, so files are seldom read.
func (s *Store) sameAs(path string) (*file, error) {
	size, err := sizeOf(path)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	var files []*file
	for _, f := range s.files {
		if f.rec == nil {
			files = append(files, f)
		}
	}
	s.mu.Unlock()
	for _, f := range files {
		if n, err := sizeOf(f.path); err != nil || n != size {
			continue // a file that was taken away is not the same
		}
		same, err := equalFiles(path, f.path)
		if err != nil {
			return nil, err
		}
		if same {
			return f, nil
		}
	}
	return nil, nil
}

func equalFiles(a, b string) (bool, error) {
	fa, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer fa.Close()
	fb, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer fb.Close()
	const piece = 256 << 10
	pa, pb := make([]byte, piece), make([]byte, piece)
	for {
		n, err := io.ReadFull(fa, pa)
		m, err2 := io.ReadFull(fb, pb)
		if !bytes.Equal(pa[:n], pb[:m]) {
			return false, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return true, nil
		}
		if err = errors.Join(err, err2); err != nil {
			return false, err
		}
	}
}

// already reports on a capture that was there.
func (s *Store) already(f *file) Report {
	r := Report{Capture: f.number, Already: true}
	for _, c := range s.index().Captures() {
		if c.Number() == f.number {
			r.Packets, r.Events = c.State().Packets, c.Status().Events
			r.Connections, r.Spoken = spoken(c)
		}
	}
	return r
}
