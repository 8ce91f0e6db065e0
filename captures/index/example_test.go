// This file is the example of the package: what a follower writes is read.

package index_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"msnscope/captures/event"
	"msnscope/captures/index"
)

func Example() {
	dir, err := os.MkdirTemp("", "index")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	x, err := index.Open(filepath.Join(dir, "index.sqlite"), index.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer x.Close()

	c := x.Create(1, "000001-friday.pcap", false)
	w, err := x.Writer(c)
	if err != nil {
		log.Fatal(err)
	}
	w.Connection(&event.Connection{ID: 1_000_001, Session: 1_000_001})
	w.Event(&event.Event{ID: c.ID(1), Connection: 1_000_001, Raw: []byte("PNG\r\n"), Line: 3, Body: 5})
	w.Finish(100, 1)

	e, err := x.Event(c.ID(1)) // at once, whether committed or not
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Cmd(), e.Session)
	if err := x.Sync(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output: PNG 1000001
}
