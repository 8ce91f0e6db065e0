// This file is what the subcommands over a store share: where it lies, and
// finding a session or connection in it.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/captures"
)

// storeFlag adds --store.
func storeFlag(fs *pflag.FlagSet) *string {
	return fs.String("store", "", "`DIR`ectory of the captures and their index (default: the user's data directory)")
}

// storeDir is the directory meant by --store.
func storeDir(e *env, flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	data := e.getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no data directory: %w; name one with --store", err)
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "msnscope"), nil
}

// readStore opens an existing store for reading, with its index current as far as
// that is for this process to see to. It is left to whoever wants to record or
// import meanwhile.
func readStore(e *env, flag string) (*captures.Store, error) {
	dir, err := storeDir(e, flag)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("no store at %s: name one with --store, or make one with import or proxy", dir)
	}
	store, err := captures.Open(dir, captures.Options{})
	if err != nil {
		return nil, err
	}
	if err := store.CaughtUp(e.ctx); err != nil {
		store.Close()
		return nil, err
	}
	if store.ReadOnly() {
		return store, nil
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return captures.Open(dir, captures.Options{ReadOnly: true})
}

// scopeOf reads "12" (a session) or "c31" (a connection) and makes sure that
// the store has it.
func scopeOf(store *captures.Store, word string) (captures.Scope, error) {
	number, isConn := strings.CutPrefix(word, "c")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id <= 0 {
		return captures.Scope{}, usagef("%q is no session (12) and no connection (c31)", word)
	}
	if isConn {
		if _, ok := store.Connection(id); !ok {
			return captures.Scope{}, fmt.Errorf("no connection %d in the store", id)
		}
		return captures.Scope{Connection: id}, nil
	}
	if _, ok := store.Session(id); !ok {
		return captures.Scope{}, fmt.Errorf("no session %d in the store; 'msnscope sessions' lists them", id)
	}
	return captures.Scope{Session: id}, nil
}
