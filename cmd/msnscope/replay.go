// This file is the subcommand replay: one side of a recorded session, played
// again, and where that led elsewhere than the recording.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/compare"
	"msnscope/captures/filter"
	"msnscope/captures/record"
	"msnscope/decode"
	"msnscope/proxy/replay"
)

// replayFlags are the flags of replay.
type replayFlags struct {
	store, to, listen, passwords, out, filter *string
	wait                                      *time.Duration
	speed                                     *float64
	brief                                     *bool
}

func defineReplay(fs *pflag.FlagSet) func(*env, []string) error {
	f := replayFlags{
		store:     storeFlag(fs),
		to:        fs.String("to", "", "play the client's part against the server `HOST`[:1863]"),
		listen:    fs.String("listen", "", "play the servers' part for a client that comes to `ADDR`"),
		passwords: fs.String("password-file", "", "`FILE` of lines \"handle password\", for the answers to challenges"),
		filter:    fs.String("filter", "", "play only what matches this `FILTER`, say id<=50412"),
		wait:      fs.Duration("wait", replay.DefaultWait, "--to: how long what the server said then is waited for"),
		speed:     fs.Float64("speed", 0, "--to: 1 keeps the client's pauses, 10 makes them a tenth; 0: no pauses"),
		out:       fs.StringP("output", "o", "", "keep the capture of the replay as `FILE`"),
		brief:     fs.BoolP("brief", "q", false, "only how many differences there are"),
	}
	return func(e *env, args []string) error {
		if len(args) != 1 {
			return usagef("name what to play: a session (12) of a store, or a capture (a.pcap, a.pcap:2)")
		}
		if (*f.to == "") == (*f.listen == "") {
			return usagef("say --to HOST to play the client, or --listen ADDR to play the server")
		}
		if *f.wait < 0 || !(*f.speed >= 0) { // nor NaN
			return usagef("--wait and --speed cannot be less than 0")
		}
		different, err := f.run(e, args[0])
		var wrong usageError
		switch {
		case err != nil && !errors.As(err, &wrong):
			return status{exitTrouble, err}
		case err == nil && different:
			return status{exitDifferent, nil}
		}
		return err
	}
}

// run plays and compares.
func (f *replayFlags) run(e *env, word string) (different bool, err error) {
	q, err := filter.Parse(strings.TrimSpace("-role:(FT, GW) " + inBrackets(*f.filter)))
	if err != nil {
		return false, usagef("--filter: %v", err)
	}
	passwords := map[string]string{}
	if *f.passwords != "" {
		if passwords, err = readPasswords(*f.passwords); err != nil {
			return false, err
		}
	}
	d := differ{env: e, out: bufio.NewWriter(e.stdout), colour: colours(e), context: 3, brief: *f.brief}
	was := &d.of[0]
	was.word = word
	if isID(word) {
		if was.store, err = readStore(e, *f.store); err != nil {
			return false, err
		}
		defer was.store.Close()
		if was.scope, err = scopeOf(was.store, word); err != nil {
			return false, err
		}
	} else {
		done, err := was.open(e)
		if err != nil {
			return false, err
		}
		defer done()
	}
	was.describe()
	if n := len(was.store.Sessions()); was.scope == (captures.Scope{}) && n > 1 {
		return false, fmt.Errorf("%s has %d sessions; name one: %s:2", word, n, word)
	}
	rec := replay.NewRecording()
	if err := was.store.Walk(e.ctx, was.scope, q, rec.Add); err != nil {
		return false, err
	}
	path := *f.out
	if path == "" {
		dir, err := os.MkdirTemp("", "msnscope-replay-")
		if err != nil {
			return false, err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "replay.pcapng")
	} else if _, err := os.Stat(path); err == nil {
		return false, fmt.Errorf("%s exists; name another file", path)
	}
	file, err := record.Open(path)
	if err != nil {
		return false, err
	}
	report, err := f.play(e, rec, file, passwords)
	if err = errors.Join(err, file.Close()); err != nil {
		return false, err
	}
	for _, m := range report.Mishaps {
		at := ""
		if m.Event != 0 {
			at = fmt.Sprintf("event %d: ", m.Event)
		}
		fmt.Fprintf(e.stderr, "msnscope replay: %s%s\n", at, decode.Visible(m.Text))
	}
	fmt.Fprintf(e.stderr, "msnscope replay: %s\n", report)
	// Ctrl+C has ended a replay for a client: what there is is compared.
	after := *e
	after.ctx = context.WithoutCancel(e.ctx)
	d.env = &after
	now := &d.of[1]
	now.word = path
	done, err := now.open(&after)
	if err != nil {
		return false, err
	}
	defer done()
	now.describe()
	now.word = "replay"
	different, err = d.compare([2]compare.Side{was.store.Side(after.ctx, was.scope, q), now.store.Side(after.ctx, now.scope, nil)}, compare.Options{Facets: compare.Default})
	return different, flush(d.out, err)
}

// inBrackets keeps a filter together when others are put beside it.
func inBrackets(filter string) string {
	if strings.TrimSpace(filter) == "" {
		return ""
	}
	return "(" + filter + ")"
}

// play plays the side that the flags say.
func (f *replayFlags) play(e *env, rec *replay.Recording, file *record.File, passwords map[string]string) (*replay.Report, error) {
	show := newProgress(e.stderr, "replay")
	defer show.end()
	var once sync.Mutex
	count := func(done, of int) {
		once.Lock()
		defer once.Unlock()
		show.count(done, of)
	}
	if *f.to != "" {
		to := *f.to
		if _, _, err := net.SplitHostPort(to); err != nil {
			to = net.JoinHostPort(strings.Trim(to, "[]"), "1863")
		}
		return replay.Client{To: to, Passwords: passwords, Wait: *f.wait, Speed: *f.speed, Recorder: file, Progress: count}.Play(e.ctx, rec)
	}
	l, err := net.Listen("tcp", *f.listen)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(e.stderr, "msnscope replay: a client may come to %s\n", l.Addr())
	report, err := replay.Server{Recorder: file, Progress: count}.Serve(e.ctx, l, rec)
	if errors.Is(err, context.Canceled) {
		err = nil // Ctrl+C ends it, and what there is is compared
	}
	return report, err
}
