// This file is the subcommand files.

package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/decode"
)

func defineFiles(flags *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(flags)
	saveIn := flags.String("save", "", "save the files in this `DIR`, under safe names; one that is not whole as NAME.partial")
	asJSON := flags.Bool("json", false, "JSON Lines, a file a line")
	return func(e *env, args []string) error {
		if len(args) > 1 {
			return usagef("takes a session (12) or a connection (c31), or nothing for all")
		}
		store, err := readStore(e, *storeAt)
		if err != nil {
			return err
		}
		defer store.Close()
		var scope captures.Scope
		if len(args) == 1 {
			if scope, err = scopeOf(store, args[0]); err != nil {
				return err
			}
		}
		if *saveIn != "" {
			if err := os.MkdirAll(*saveIn, 0o700); err != nil {
				return err
			}
		}
		out := bufio.NewWriter(e.stdout)
		var line []byte
		headed := false
		for _, c := range store.Transfers(scope.Session) {
			if scope.Connection != 0 && scope.Connection != c.ID {
				continue
			}
			if *asJSON {
				line = event.AppendTransfer(line[:0], &c)
				out.Write(append(line, '\n'))
			} else {
				if !headed {
					headed = true
					fmt.Fprintf(out, "%-10s %-20s %-26s %-26s %-28s %s\n", "CONNECTION", "STARTED", "FROM", "TO", "FILE", "STATE")
				}
				t := c.File
				fmt.Fprintf(out, "%-10s %-20s %-26s %-26s %-28s %s\n", fmt.Sprint("c", c.ID), time.Unix(0, c.Opened).UTC().Format("2006-01-02 15:04:05"),
					decode.Visible(t.Sender), decode.Visible(t.Receiver), decode.Visible(t.Name), t.Words)
			}
			if *saveIn == "" || !c.File.Here() {
				continue
			}
			name, err := saveFile(e, store, &c, *saveIn)
			if err != nil {
				return err
			}
			if !*asJSON {
				fmt.Fprintf(out, "%-10s %s\n", "", name)
			}
		}
		return out.Flush()
	}
}

// saveFile writes the file that a connection carried and returns its name. What
// was written is held against the sum in the index.
func saveFile(e *env, store *captures.Store, c *event.Connection, dir string) (name string, err error) {
	f, err := create(dir, c.File.FileName())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New() // of a file that is whole
	r, err := store.WriteFile(e.ctx, c.ID, &saved{io.MultiWriter(f, sum), f})
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.Name(), err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); r.SHA256 != "" && got != r.SHA256 {
		return "", fmt.Errorf("%s: its SHA-256 is %s, not %s", f.Name(), got, r.SHA256)
	}
	return f.Name(), nil
}

// saved is a file that takes no room on disk for what is missing in it.
type saved struct {
	io.Writer
	file *os.File
}

// Skip makes it a captures.Skipper.
func (s *saved) Skip(n int64) error {
	_, err := s.file.Seek(n, io.SeekCurrent)
	return err
}

// maxSameName is how many files of the same name are kept.
const maxSameName = 10_000

// create makes a new file in dir; one of the same name stays as it is.
func create(dir, name string) (*os.File, error) {
	base, ending := name, ""
	if i := strings.IndexByte(name, '.'); i > 0 {
		base, ending = name[:i], name[i:]
	}
	for n := 2; ; n++ {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) || n > maxSameName {
			return f, err
		}
		name = fmt.Sprintf("%s (%d)%s", base, n, ending)
	}
}
