// This file is the example of the package comment, compiled.

package captures_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/filter"
)

func Example() {
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	store, err := captures.Open(dir, captures.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	report, err := store.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("capture", report.Capture)

	q, err := filter.Parse("cmd:VER dir:c2s")
	if err != nil {
		log.Fatal(err)
	}
	err = store.Walk(context.Background(), captures.Scope{}, q, func(e *event.Event) error {
		_, err := fmt.Printf("%s %q\n", e.Dir, e.Raw)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
}
