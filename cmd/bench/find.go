// This file measures finding: how long after a page has sent a filter it has the
// first rows, and how long until the whole store is looked through.

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// found is what the page is told of its view.
type found struct {
	Op    string  `json:"op"`
	Epoch int     `json:"epoch"`
	Total int64   `json:"total"`
	All   int64   `json:"all"`
	Scan  float64 `json:"scan"`
	Msg   string  `json:"msg"`
	Rows  []any   `json:"rows"`
}

// filtersToFind are measured when none are named: of each kind one.
var filtersToFind = []string{
	"cmd:CHG", "cmd:MSG", "from:user4000@hotmail.com", "conn:1000031", "chat:16925950", "status>=200",
	`text:"see you"`, `text:zebra`, `text~/h[ae]llo\s+\w+ \d,/`, `text~/\d{3}-\d{4}/`, `text~/\b[aeiou]+\b.*\?$/`, "zebra",
	"lat>200ms", "gap>20s", "is:unanswered",
}

func benchFind(binary, store string, rounds int, filters []string) error {
	if store == "" {
		return fmt.Errorf("want --store DIR")
	}
	if len(filters) == 0 {
		filters = filtersToFind
	}
	start := time.Now()
	cmd := exec.Command(binary, "web", "--store", store, "--web", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	}()
	var address string
	lines := bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) == 2 && words[0] == "page" {
			address = words[1]
		}
	}
	go io.Copy(io.Discard, out)
	if err != nil {
		return err
	}
	fmt.Printf("opened after %.0f ms\n", time.Since(start).Seconds()*1e3)
	c, err := openPage(context.Background(), address)
	if err != nil {
		return err
	}
	defer c.Close()
	first, whole := make([]figures, len(filters)), make([]figures, len(filters))
	total := make([]int64, len(filters))
	var all int64
	epoch := 0
	for range rounds {
		for i, q := range filters {
			epoch++
			f, w, last, err := find(c, epoch, q)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			first[i], whole[i] = append(first[i], f), append(whole[i], w)
			total[i], all = last.Total, last.All
		}
	}
	fmt.Printf("%d events, %d rounds; milliseconds, median [least-most]\n%-34s %-30s %-30s %s\n", all, rounds, "filter", "first rows", "all found", "rows")
	for i, q := range filters {
		fmt.Printf("%-34s %-30s %-30s %d\n", q, first[i], whole[i], total[i])
	}
	return nil
}

// find asks for the first 30 rows of a filter, in milliseconds, and waits until
// the scan is over.
func find(c *websocket.Conn, epoch int, q string) (first, whole float64, last found, err error) {
	start := time.Now()
	since := func() float64 { return time.Since(start).Seconds() * 1e3 }
	sub, _ := json.Marshal(map[string]any{"op": "sub", "view": 1, "epoch": epoch, "scope": "all", "q": q})
	if err = c.WriteMessage(websocket.TextMessage, sub); err != nil {
		return
	}
	ask := func() error {
		return c.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"op":"win","view":1,"epoch":%d,"seq":%d,"from":0,"n":30}`, epoch, epoch))
	}
	asked := false
	for {
		var m found
		if err = c.ReadJSON(&m); err != nil {
			return
		}
		switch {
		case m.Op == "err":
			return 0, 0, m, fmt.Errorf("%s", m.Msg)
		case m.Op == "rows" && m.Epoch == epoch:
			if first == 0 && len(m.Rows) > 0 {
				first = since()
			}
			asked = asked && len(m.Rows) > 0
		case m.Op == "stat" && m.Epoch == epoch:
			if m.Scan == 0 && whole == 0 {
				whole, last = since(), m
			}
			if m.Total > 0 && !asked {
				asked = true
				err = ask()
			}
		}
		if err != nil || whole > 0 && (first > 0 || last.Total == 0) {
			return first, whole, last, err
		}
	}
}
