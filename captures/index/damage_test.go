// This file tests what is damaged, abandoned, or of another version.

package index

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDamageAndOtherVersionsBeginAnew(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
		"garbage": func(t *testing.T, path string) {
			os.WriteFile(path, []byte("this is no database, but it is long enough to be looked at as one"), 0o600)
		},
		"other version": func(t *testing.T, path string) {
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			db.Exec("UPDATE meta SET value = 99 WHERE key = 'version'")
			db.Close()
		},
		"bad sums": func(t *testing.T, path string) {
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			db.Exec("UPDATE captures SET sums = x'00'")
			db.Close()
		},
		"sums of more events than there can be": func(t *testing.T, path string) {
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			db.Exec("UPDATE captures SET sums = ?", appendInts(nil, 1<<50, 0, 10, 10, 2, 2))
			db.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.sqlite")
			x := open(t, path, Options{})
			fill(writer(t, x, x.Create(1, "a", false)), made(1, 10))
			x.Close()
			harm(t, path)
			x = open(t, path, Options{})
			if n := len(x.Captures()); n != 0 {
				t.Errorf("%d captures", n)
			}
		})
	}
}

// Who waits because nothing can be written can be called away, and what it takes
// then is not in the index.
func TestAbandoned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	x := open(t, path, Options{})
	c := x.Create(1, "a", false)
	if err := x.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err == nil {
		_, err = tx.Exec("UPDATE meta SET value = value") // until it ends nobody else writes
	}
	if err != nil {
		t.Fatal(err)
	}
	w := writer(t, x, c)
	all := made(1, (maxSealed+10)*BlockEvents)
	done := make(chan struct{})
	go func() {
		fill(w, all)
		w.Finish(1, 1)
		close(done)
	}()
	for c.Status().Events < maxSealed*BlockEvents {
		time.Sleep(time.Millisecond)
	}
	select {
	case <-done:
		t.Fatal("it did not have to wait")
	case <-time.After(20 * time.Millisecond):
	}
	w.Abandon()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("it waits on")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	<-done
	if s := c.State(); s.Finished || c.Status().Events >= int64(len(all)) {
		t.Errorf("%d events of %d, %+v", c.Status().Events, len(all), s)
	}
}

func TestDamagedBlockIsReported(t *testing.T) {
	for _, harm := range []string{"UPDATE blocks SET body = x'0102'", "UPDATE facts SET facts = x'00'", "DELETE FROM facts", "DELETE FROM blocks"} {
		t.Run(harm, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.sqlite")
			x := open(t, path, Options{})
			fill(writer(t, x, x.Create(1, "a", false)), made(1, 600))
			x.Close()
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(harm); err != nil {
				t.Fatal(err)
			}
			db.Close()
			told := make(chan error, 1)
			x = open(t, path, Options{Damaged: func(err error) { told <- err }})
			if _, err := x.Event(x.Captures()[0].ID(1)); err == nil {
				t.Error("no error")
			}
			<-told
		})
	}
}
