// This file imports what comes to rest in a folder.

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"msnscope/captures"
)

// watchEvery is the time between two looks at the folder. A file that is the
// same in two of them is at rest.
const watchEvery = time.Second

// seen is what a look at a file showed.
type seen struct {
	size  int64
	time  time.Time
	done  bool // imported, or refused
	warns bool // told that it has changed since
}

// watch imports each file of a folder, once, when it has come to rest. Files
// that cannot be imported are told of, and left alone from then on.
func watch(e *env, store *captures.Store, dir string) error {
	if _, err := os.ReadDir(dir); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "watching  %s\n", dir)
	files := map[string]*seen{}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	gone := false
	for {
		list, err := os.ReadDir(dir)
		switch {
		case err == nil:
			gone = false
		case !gone: // it may come back: a share, a stick
			gone = true
			fmt.Fprintf(e.stderr, "msnscope import: %v; waiting for it\n", err)
		}
		for _, d := range list {
			if e.ctx.Err() != nil {
				return nil
			}
			if err := look(e, store, dir, d, files); err != nil {
				return err
			}
		}
		if err == nil {
			forget(files, list)
		}
		select {
		case <-tick.C:
		case <-e.ctx.Done():
			return nil
		}
	}
}

// look looks at a file, and imports it if it is time. The error is one after
// which nothing more can be imported.
func look(e *env, store *captures.Store, dir string, d fs.DirEntry, files map[string]*seen) error {
	name := d.Name()
	path := filepath.Join(dir, name)
	info, err := os.Stat(path) // what a link names counts
	if strings.HasPrefix(name, ".") || err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	f := files[name]
	same := f != nil && f.size == info.Size() && f.time.Equal(info.ModTime())
	switch {
	case f == nil:
		f = &seen{}
		files[name] = f
	case f.done && !same && !f.warns:
		f.warns = true
		fmt.Fprintf(e.stderr, "msnscope import: %s has changed since it was imported; what is new in it is not in the store\n", path)
	case !f.done && same:
		f.done = true
		err := importFile(e, store, path)
		switch {
		case err == nil:
		case e.ctx.Err() != nil:
			return nil
		case errors.Is(err, os.ErrClosed), errors.Is(err, captures.ErrReadOnly):
			return err
		default:
			fmt.Fprintf(e.stderr, "msnscope import: %v\n", err)
		}
	}
	f.size, f.time = info.Size(), info.ModTime()
	return nil
}

// forget drops files that are gone: another one may come with the name.
func forget(files map[string]*seen, list []fs.DirEntry) {
	here := map[string]bool{}
	for _, d := range list {
		here[d.Name()] = true
	}
	for name := range files {
		if !here[name] {
			delete(files, name)
		}
	}
}
