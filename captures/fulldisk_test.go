// This file tests that nobody is kept by an index that cannot be written.

package captures

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

func TestCancelledWhileNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "long.txt")
	log := "C: VER 1 MSNP7\nS: VER 1 MSNP7\n" + strings.Repeat("C: PNG\nS: QNG\n", 40_000)
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	store := openStore(t, filepath.Join(dir, "store"), Options{})
	// As good as a full disk: somebody else writes.
	other, err := sql.Open("sqlite", store.indexPath())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err == nil {
		_, err = tx.Exec("UPDATE meta SET value = value")
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	imported := make(chan error, 1)
	go func() {
		_, err := store.Import(ctx, path, nil)
		imported <- err
	}()
	for before := int64(-1); ; { // until it waits
		time.Sleep(200 * time.Millisecond)
		now := int64(0)
		for _, c := range store.index().Captures() {
			now += c.Status().Events
		}
		if now == before && now > 0 {
			break
		}
		before = now
	}
	store.mu.Lock()
	d := store.files[0].feed
	store.mu.Unlock()
	cancel()
	select {
	case <-d.done:
	case <-time.After(20 * time.Second):
		t.Error("it waits on")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-imported; !errors.Is(err, context.Canceled) {
		t.Errorf("the import ended with %v", err)
	}
	closeStore(t, store)
}
