// This file reads the passwords with which check verifies how users proved them.
// They are used for digests only and stand in no index, log or error.

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// maxPasswordFile bounds a file of passwords: some ten thousand of them.
const maxPasswordFile = 1 << 20

// readPasswords reads lines "handle password"; # begins a comment. A file that
// others can read is refused.
func readPasswords(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%s can be read by others (mode %04o); chmod 600 it first", path, mode)
	}
	if info.Size() > maxPasswordFile {
		return nil, fmt.Errorf("%s has %d bytes; a file of passwords has %d at most", path, info.Size(), maxPasswordFile)
	}
	passwords := map[string]string{}
	lines := bufio.NewScanner(io.LimitReader(f, maxPasswordFile))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(withoutMark(lines.Text(), n))
		if line == "" || line[0] == '#' {
			continue
		}
		handle, password, ok := strings.Cut(line, " ")
		if !ok {
			return nil, fmt.Errorf("%s line %d: want a handle, a blank and a password", path, n)
		}
		passwords[strings.ToLower(handle)] = password
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s: a line is too long", path)
	} else if err != nil {
		return nil, err
	}
	return passwords, nil
}
