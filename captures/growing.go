// This file imports a capture while another program is still writing it.

package captures

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"msnscope/captures/pcapfile"
	"msnscope/captures/tail"
)

// ImportGrowing imports a capture file that another program is still writing,
// until ctx is done or the file is replaced, removed or cut off; ended says
// which of these. What was copied by then stays. A file that is in the store as
// far as it goes is imported once more: what it will be is not known.
func (s *Store) ImportGrowing(ctx context.Context, path string, progress func(Progress)) (r Report, ended string, err error) {
	if err := s.writable("import"); err != nil {
		return Report{}, "", err
	}
	src, err := tail.Open(path)
	if err != nil {
		return Report{}, "", err
	}
	defer src.Close()
	if err = awaitHeader(ctx, src); err == nil {
		r, err = s.importGrowing(ctx, src, importName(path), progress)
	}
	if err != nil {
		return r, "", fmt.Errorf("%s: %w", path, err)
	}
	return r, src.Ended(), nil
}

// awaitHeader waits until the file shows to be a capture.
func awaitHeader(ctx context.Context, src *tail.File) error {
	for {
		r, err := pcapfile.NewReader(src)
		switch {
		case err == nil && r.IsCompressed():
			return errors.New("a compressed file cannot be followed while it is written")
		case err == nil:
			_, err = src.Seek(0, io.SeekStart)
			return err
		case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return NotGrowing(err)
		case !src.Wait(ctx):
			return errors.Join(ctx.Err(), err)
		}
		if _, err := src.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
}

// NotGrowing adds to the error of a file that is no capture, and so may be a text
// log, that only captures are followed.
func NotGrowing(err error) error {
	if errors.Is(err, pcapfile.ErrNotCapture) {
		return fmt.Errorf("%w; text logs are read when they are whole, without -f", err)
	}
	return err
}

func (s *Store) importGrowing(ctx context.Context, src *tail.File, name string, progress func(Progress)) (Report, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return Report{}, os.ErrClosed
	}
	f := s.addFile(name)
	dst, err := os.OpenFile(f.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		// The header, which the feed wants to see.
		if _, err = io.CopyN(dst, src, sniffed); err == io.EOF {
			err = nil
		}
	}
	if err != nil {
		s.removeFile(f)
		s.mu.Unlock()
		if dst != nil {
			err = errors.Join(err, dst.Close(), os.Remove(f.path))
		}
		return Report{}, err
	}
	x := s.index()
	x.Create(f.number, f.name, false)
	grown := make(chan struct{}, 1)
	d, feedCtx := s.newFeed(x, f, grown)
	if progress == nil {
		progress = func(Progress) {}
	}
	d.progress = progress
	s.work.Add(1)
	s.mu.Unlock()
	defer s.work.Done()

	copied := make(chan error, 1)
	go func() {
		copied <- errors.Join(copyGrowing(ctx, feedCtx, dst, src, grown), dst.Close())
		d.stop()
	}()
	err = d.run(feedCtx) // ends with the copying, and with the store
	if failed := <-copied; err == nil {
		err = failed
	}
	if err == nil {
		err = x.Sync(s.ctx)
	}
	switch {
	case err == nil:
		return d.finalReport(), nil
	case s.ctx.Err() != nil: // Close: it goes on with what is there at the next Open
		return Report{Capture: f.number}, os.ErrClosed
	case s.index() != x:
		return Report{Capture: f.number}, ErrRebuilt
	}
	return d.finalReport(), err
}

// copyGrowing copies what is written to src, and tells grown of it.
func copyGrowing(ctx, feed context.Context, dst *os.File, src *tail.File, grown chan<- struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(feed, cancel)()
	for src.Wait(ctx) {
		if _, err := io.Copy(dst, src); err != nil {
			return err
		}
		select {
		case grown <- struct{}{}:
		default:
		}
	}
	return nil
}
