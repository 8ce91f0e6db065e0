// This file knows the capture files of the store: their names and numbers, and
// how they are brought together with what the index says of them.

package captures

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"msnscope/captures/index"
	"msnscope/captures/record"
)

const (
	liveName = "live.pcapng"
	// partial begins the names of imports that are being copied.
	partial = ".import-"
	// maxName bounds the part of a file's own name that is kept.
	maxName = 80
)

// file is a capture file of the store.
type file struct {
	number int
	name   string // "000001-live.pcapng"
	path   string
	live   bool         // recorded here
	feed   *feed        // the last one
	rec    *record.File // while it is being recorded into
}

func (s *Store) newFile(number int, name string) *file {
	return &file{number: number, name: name, path: filepath.Join(s.captureDir(), name), live: name == fileName(number, liveName)}
}

func fileName(number int, name string) string { return fmt.Sprintf("%06d-%s", number, name) }

var numbered = regexp.MustCompile(`^([0-9]{6,7})-.+$`)

// listFiles reads the directory, and clears away what an import left that was
// cut off while copying.
func (s *Store) listFiles() error {
	names, err := os.ReadDir(s.captureDir())
	if err != nil {
		return err
	}
	for _, d := range names {
		if strings.HasPrefix(d.Name(), partial) {
			if err := os.Remove(filepath.Join(s.captureDir(), d.Name())); err != nil {
				return err
			}
			continue
		}
		m := numbered.FindStringSubmatch(d.Name())
		if m == nil || !d.Type().IsRegular() {
			continue
		}
		number, err := strconv.Atoi(m[1])
		if err != nil {
			continue
		}
		if len(s.files) > 0 && s.files[len(s.files)-1].number == number {
			slog.Warn("Two captures have the same number; the second is left out", "store", s.dir, "name", d.Name())
			continue
		}
		s.files = append(s.files, s.newFile(number, d.Name()))
		s.numbers = max(s.numbers, number+1)
	}
	slices.SortFunc(s.files, func(a, b *file) int { return a.number - b.number })
	return nil
}

// reconcile makes the index know the captures there are and no others. One
// that is not what it was when it was indexed is indexed anew.
func (s *Store) reconcile(x *index.Index) error {
	known := map[int]bool{}
	for _, c := range x.Captures() {
		f := s.file(c.Number())
		ok := f != nil && f.name == c.State().Name
		if ok {
			size, err := sizeOf(f.path)
			if err != nil {
				return err
			}
			st := c.State()
			ok = size == st.Size || !st.Finished || st.Live && size >= st.Offset
		}
		if !ok {
			s.numbers = max(s.numbers, c.Number()+1)
			if err := x.Drop(c); err != nil {
				return err
			}
			continue
		}
		known[c.Number()] = true
	}
	for _, f := range s.files {
		if !known[f.number] {
			x.Create(f.number, f.name, f.live)
		}
	}
	return nil
}

// file returns the capture file with a number. s.mu is held.
func (s *Store) file(number int) *file {
	i, ok := slices.BinarySearchFunc(s.files, number, func(f *file, n int) int { return f.number - n })
	if !ok {
		return nil
	}
	return s.files[i]
}

// addFile gives a new capture file its number. s.mu is held.
func (s *Store) addFile(name string) *file {
	f := s.newFile(s.numbers, fileName(s.numbers, name))
	s.numbers++
	s.files = append(s.files, f)
	return f
}

// removeFile takes back a capture file. Its number is not used again, so that
// nobody takes what comes later for it.
func (s *Store) removeFile(f *file) {
	s.files = slices.DeleteFunc(s.files, func(o *file) bool { return o == f })
}

// insertFile puts a capture file back in its place. s.mu is held.
func (s *Store) insertFile(f *file) {
	s.files = append(s.files, f)
	slices.SortFunc(s.files, func(a, b *file) int { return a.number - b.number })
}

// Captures returns the paths of the capture files, for export.
func (s *Store) Captures() []string {
	var paths []string
	for _, c := range s.index().Captures() {
		paths = append(paths, filepath.Join(s.captureDir(), c.State().Name))
	}
	slices.Sort(paths)
	return paths
}

// importName makes the name under which a file is kept: what is harmless of
// its own name, and never the name of a live capture.
func importName(path string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._-", r):
			return r
		}
		return '_'
	}, filepath.Base(path))
	name = strings.TrimLeft(name, ".")
	if len(name) > maxName {
		name = name[len(name)-maxName:] // the end says what it is
	}
	if name == "" || name == liveName {
		name = "imported-" + name
	}
	return name
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
