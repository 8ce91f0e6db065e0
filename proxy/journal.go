// This file keeps what redirects have promised from one run of the proxy to the
// next: clients go on to the addresses that they were given, also when the proxy
// was started again in between.
//
//	{"cookie":"11752013.1795713263.2071","server":"64.4.12.153:1863","dialect":7,"source":"an XFR SB of ...","until":"2001-11-05T20:14:07Z"}
//	{"session":"964885389.2099","server":"64.4.12.132:80","until":"2001-11-05T20:14:07Z"}
//	{"main":"10.0.0.1:1863","port":1864,"server":"64.4.13.58:1863","until":"2001-11-12T20:09:07Z"}
//	{"server":"64.4.13.58:1863","until":"2001-11-07T20:09:07Z"}
//
// A line is with the system before the redirect is forwarded. What is younger
// than the life of a cookie stands in one of two files, of which the older one
// is then given up.

package proxy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"msnscope/decode"
)

const (
	// portLife is how long a port that was announced is opened again at a start.
	portLife = 7 * 24 * time.Hour
	// maxPromise is the longest line that is read back.
	maxPromise = 4 << 10
	olderFile  = ".old"
	newerFile  = ".new"
)

// promised is a line: a cookie, the session at a gateway, a port, or a server
// that was named.
type promised struct {
	Cookie    string         `json:"cookie,omitempty"`
	Session   string         `json:"session,omitempty"`
	Main      netip.AddrPort `json:"main,omitzero"` // the main listener beside which the port is
	Port      uint16         `json:"port,omitempty"`
	Server    string         `json:"server"`
	Dialect   decode.Dialect `json:"dialect,omitempty"`
	Source    string         `json:"source,omitempty"`
	Announced bool           `json:"announced,omitempty"` // the server has a port for this cookie
	Until     time.Time      `json:"until"`
}

// journal writes promises down. A nil journal does nothing.
type journal struct {
	path string
	fail func(error) // is told of the first failure after a success

	mu     sync.Mutex
	file   *os.File // nil before the first promise and after a failure
	begun  time.Time
	failed bool
	ports  map[announcement]promised // those announced, for the next file
	named  map[target]promised       // likewise
}

// keep writes a promise down.
func (j *journal) keep(now time.Time, p promised) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	t, _ := parseTarget([]byte(p.Server))
	switch {
	case p.Cookie != "", p.Session != "":
	case p.Port != 0:
		j.ports[announcement{p.Main.Addr(), t}] = p
	default:
		if was, ok := j.named[t]; ok && p.Until.Sub(was.Until) < cookieLife {
			return // is said already
		}
		if len(j.named) >= maxNamed {
			clear(j.named)
		}
		j.named[t] = p
	}
	err := j.turn(now)
	if err == nil {
		_, err = j.file.Write(p.line())
	}
	if err != nil && !j.failed {
		j.fail(err)
	}
	j.failed = err != nil
}

// turn begins a new file when the present one has become too old, with what
// has to stay. j.mu is held.
func (j *journal) turn(now time.Time) error {
	if j.file != nil && now.Sub(j.begun) < cookieLife {
		return nil
	}
	if j.file != nil {
		j.file.Close()
		j.file = nil
	}
	if err := os.Rename(j.path, j.path+olderFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	maps.DeleteFunc(j.ports, func(_ announcement, p promised) bool { return now.After(p.Until) })
	maps.DeleteFunc(j.named, func(_ target, p promised) bool { return now.After(p.Until) })
	return j.begin(now, slices.AppendSeq(slices.Collect(maps.Values(j.ports)), maps.Values(j.named)))
}

// begin begins a file with lines, which takes the place of the one there.
func (j *journal) begin(now time.Time, lines []promised) error {
	var all []byte
	for _, p := range lines {
		all = append(all, p.line()...)
	}
	if err := os.WriteFile(j.path+newerFile, all, 0o600); err != nil {
		return err
	}
	if err := os.Rename(j.path+newerFile, j.path); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		j.file, j.begun = f, now
	}
	return err
}

func (p *promised) line() []byte {
	b, _ := json.Marshal(p) // of such fields there is no error
	return append(b, '\n')
}

// close ends the journal.
func (j *journal) close() {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		j.file.Close()
		j.file = nil
	}
}

// readPromises reads both files, the older one first. A line that a crash has
// torn, or that is none of ours, is passed over.
func readPromises(path string) (all []promised, err error) {
	for _, name := range []string{path + olderFile, path} {
		f, openErr := os.Open(name)
		if openErr != nil {
			if !errors.Is(openErr, fs.ErrNotExist) {
				err = openErr
			}
			continue
		}
		r := bufio.NewReaderSize(f, maxPromise)
		for {
			line, readErr := r.ReadSlice('\n')
			if errors.Is(readErr, bufio.ErrBufferFull) {
				continue
			}
			var p promised
			if readErr == nil && json.Unmarshal(bytes.TrimSpace(line), &p) == nil {
				all = append(all, p)
			}
			if readErr != nil {
				if readErr != io.EOF {
					err = readErr
				}
				break
			}
		}
		f.Close()
	}
	return all, err
}

// recall takes up what an earlier run has promised: cookies lead where they led,
// and the ports that it announced are opened again. It is called by Bind.
func (p *Proxy) recall() {
	if p.Promises == "" {
		return
	}
	p.journal = &journal{path: p.Promises, ports: map[announcement]promised{}, named: map[target]promised{},
		fail: func(err error) {
			p.Log.Warn("redirects cannot be written down; clients that follow them after a restart will not arrive", "error", err)
		}}
	now := time.Now()
	all, err := readPromises(p.Promises)
	if err != nil {
		p.Log.Warn("what an earlier run has promised clients cannot be read", "error", err)
	}
	ports := map[announcement]promised{}
	all = slices.DeleteFunc(all, func(line promised) bool { return !now.Before(line.Until) })
	for _, line := range all {
		t, ok := parseTarget([]byte(line.Server))
		if !ok {
			continue
		}
		switch {
		case line.Cookie != "" && len(line.Cookie) <= maxCookie:
			p.cookies.add(now, line.Cookie, route{target: t, dialect: line.Dialect, source: line.Source, announced: line.Announced})
		case line.Session != "":
			p.gateways.add(now, line.Session, t)
		case line.Port != 0:
			ports[announcement{line.Main.Addr(), t}] = line
		case line.Cookie == "":
			p.named.add(now, t)
			p.journal.named[t] = line
		}
	}
	// The latest first, should there be too many.
	latest := slices.SortedFunc(maps.Values(ports), func(a, b promised) int { return b.Until.Compare(a.Until) })
	for _, line := range latest[:min(len(latest), maxAnnounced)] {
		p.reopen(line)
	}
	if len(all) > 0 && p.journal.begin(now, all) == nil { // else the next promise tells
		os.Remove(p.Promises + olderFile)
	}
}

// reopen opens an announced port again, if its main listener is there.
func (p *Proxy) reopen(line promised) {
	t, _ := parseTarget([]byte(line.Server))
	for _, main := range p.main {
		if main.addr != line.Main || t == main.upstream {
			continue
		}
		l, err := p.listen(net.JoinHostPort(main.addr.Addr().String(), strconv.Itoa(int(line.Port))))
		if err != nil {
			p.Log.Warn("a port that clients were sent to cannot be opened again", "port", line.Port, "for", t, "error", err)
			return
		}
		l.target, l.main, l.used = t, main, time.Now()
		key := announcement{main.addr.Addr(), t}
		p.announced[key], p.journal.ports[key] = l, line
		p.Log.Info("listening again", "on", l.addr, "for", t)
		return
	}
}
