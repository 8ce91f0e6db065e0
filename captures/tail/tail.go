// This file holds the file that grows.

package tail

import (
	"context"
	"io"
	"os"
	"time"
)

// look is how often a file is looked at that has come to its end. Nothing tells
// of that on all systems and file systems but looking.
const look = 200 * time.Millisecond

// File is a file that may grow.
type File struct {
	*os.File
	path string
	why  string
}

// Open opens a file that may grow.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &File{File: f, path: path}, nil
}

// Wait returns true as soon as there is more to read, and false when there will
// be no more: the context is done, or another file has taken its name. Ended
// then says which.
func (f *File) Wait(ctx context.Context) (more bool) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		// The name first: what was written before it went is still read.
		f.why = f.gone()
		at, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			f.why = err.Error()
			return false
		}
		info, err := f.Stat()
		switch {
		case err != nil:
			f.why = err.Error()
			return false
		case info.Size() > at:
			return true
		case info.Size() < at:
			f.why = "was cut off"
			return false
		case f.why != "":
			return false
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}

// Ended says why Wait returned false: "was replaced", "" when it was asked to.
func (f *File) Ended() string { return f.why }

// gone says what became of the file's name.
func (f *File) gone() string {
	now, err := os.Stat(f.path)
	if err != nil {
		return "was removed"
	}
	if mine, err := f.Stat(); err != nil || !os.SameFile(mine, now) {
		return "was replaced"
	}
	return ""
}
