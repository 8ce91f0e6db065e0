// This file tests what happens to passwords given to check.

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadPasswords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passwords")
	write := func(text string, mode os.FileMode) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	write("# test\n\nAlice@example.com open sesame\n", 0o600)
	if p, err := readPasswords(path); err != nil || p["alice@example.com"] != "open sesame" {
		t.Errorf("%v %v", p, err)
	}
	write("\ufeffalice@example.com open\n", 0o600) // as editors of Windows write it
	if p, err := readPasswords(path); err != nil || p["alice@example.com"] != "open" {
		t.Errorf("%v %v", p, err)
	}
	write("alice@example.com secret\n", 0o644)
	if _, err := readPasswords(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file for everybody: %v", err)
	}
	write("secretword\n", 0o600)
	if _, err := readPasswords(path); err == nil || strings.Contains(err.Error(), "secretword") {
		t.Errorf("a line without a password: %v", err)
	}
	write(strings.Repeat("# long\n", maxPasswordFile/7+1), 0o600)
	if _, err := readPasswords(path); err == nil || !strings.Contains(err.Error(), "has 1048576 at most") {
		t.Errorf("a file that is too long: %v", err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := readPasswords(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
}
