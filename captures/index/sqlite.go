// This file opens the SQLite file: its schema, its version, its pragmas, and
// which of its errors say that it is damaged.

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// schemaVersion is raised with every change of the schema or of the blobs; an
// index of another version is deleted and rebuilt from the capture files.
const schemaVersion = 10

// rev is the number of the commit that wrote a row: what other processes that
// read the index have not yet seen. Of connections and sessions, neighbours share
// a row.
const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE captures (number INTEGER PRIMARY KEY, born INTEGER NOT NULL, state TEXT NOT NULL, sums BLOB NOT NULL);
CREATE TABLE facts (first INTEGER PRIMARY KEY, rev INTEGER NOT NULL, facts BLOB NOT NULL);
CREATE TABLE blocks (first INTEGER PRIMARY KEY, head BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE connections (id INTEGER PRIMARY KEY, rev INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE sessions (id INTEGER PRIMARY KEY, rev INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX facts_rev ON facts (rev);
CREATE INDEX connections_rev ON connections (rev);
CREATE INDEX sessions_rev ON sessions (rev);
INSERT INTO meta VALUES ('version', %d), ('rev', 0);
`

// files are the names beside path in which SQLite keeps a database.
func files(path string) []string { return []string{path, path + "-wal", path + "-shm"} }

// Remove deletes an index that nobody has open.
func Remove(path string) error {
	for _, f := range files(path) {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{}
	for _, p := range append(pragmas, "busy_timeout(5000)") {
		q.Add("_pragma", p)
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// openWriter opens the one connection that writes, with the schema in place.
// Another version is ErrDamaged.
func openWriter(path string) (*sql.DB, error) {
	// SQLite gives its other files the mode of this one.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	// NORMAL: a power cut may lose the last commits, which are then indexed
	// again from the capture.
	db, err := sql.Open("sqlite", dsn(path, "page_size(8192)", "journal_mode(WAL)", "synchronous(NORMAL)", "wal_autocheckpoint(2000)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	var tables int
	err = db.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables)
	if err == nil && tables == 0 {
		_, err = db.Exec("BEGIN;" + fmt.Sprintf(schema, schemaVersion) + "COMMIT")
	}
	if err == nil {
		err = checkVersion(db)
	}
	if err != nil {
		return nil, errors.Join(sqlError(err), db.Close())
	}
	return db, nil
}

func checkVersion(db *sql.DB) error {
	var v int
	if err := db.QueryRow("SELECT value FROM meta WHERE key = 'version'").Scan(&v); err != nil {
		return err
	}
	if v != schemaVersion {
		return damaged("it has version %d, this program needs %d", v, schemaVersion)
	}
	return nil
}

// sqlError wraps the errors that mean damage with ErrDamaged.
func sqlError(err error) error {
	if err == nil || errors.Is(err, ErrDamaged) || errors.Is(err, context.Canceled) {
		return err
	}
	var e *sqlite.Error
	if errors.Is(err, sql.ErrNoRows) {
		return damaged("a row is missing")
	}
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_CONSTRAINT:
			// SQLITE_ERROR: a table or column is not there.
			return damaged("sqlite %s: %v", strconv.Itoa(e.Code()), err)
		}
	}
	return err
}
