// This file reads the frames a page sends.

package web

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"msnscope/captures"
	"msnscope/captures/filter"
)

// Limits on what one page may ask for.
const (
	protocolVersion = 1
	maxFrame        = 64 << 10 // bytes of a frame from the page: a filter pasted whole is the largest
	maxPages        = 64       // pages open at once, on all machines that may reach the server
	maxViews        = 8        // views of a page: its screens plus what it compares
	maxRows         = 512      // rows of one answer: several screens
	maxWaiting      = 64       // requests of a page not answered yet
	maxItems        = 200      // completions
	defaultRaw      = 64 << 10 // bytes of an event sent unless more are asked for
	maxRaw          = 1 << 20  // and at most
)

// op is a frame from the page. Which fields count depends on Op.
type op struct {
	Op      string   `json:"op"`
	V       int      `json:"v"`
	View    int32    `json:"view"`
	Epoch   int64    `json:"epoch"`
	Scope   string   `json:"scope"`
	Query   string   `json:"q"`
	Seq     int64    `json:"seq"`
	From    int64    `json:"from"`
	N       int      `json:"n"`
	What    string   `json:"what"`
	ID      int64    `json:"id"`
	Max     int      `json:"max"`
	Secrets bool     `json:"secrets"`
	Field   string   `json:"field"`
	Prefix  string   `json:"prefix"`
	Kinds   []string `json:"kinds"`
	Groups  int      `json:"groups"`
	Order   string   `json:"order"`
	IDs     []int64  `json:"ids"`

	scope captures.Scope // of a sub
	query *filter.Query

	wanted captures.Wanted // of an agg
}

// opError is what is wrong with a frame: the fields of an "err".
type opError struct {
	Code    string
	Msg     string
	At, End int
	Suggest string
}

func (e *opError) Error() string { return e.Msg }

// decodeOp reads and checks a frame. On an error the op holds what could be
// read, so that the answer can name what it answers.
func decodeOp(frame []byte) (op, error) {
	var o op
	if err := json.Unmarshal(frame, &o); err != nil {
		return o, &opError{Code: "bad_request", Msg: "this frame is no request: " + err.Error()}
	}
	switch o.Op {
	case "hello", "unsub":
	case "sub":
		err := o.readSub()
		return o, err
	case "win":
		o.From, o.N = max(o.From, 0), min(max(o.N, 0), maxRows)
	case "tail":
		o.N = min(max(o.N, 0), maxRows)
	case "list":
		o.From, o.N = max(o.From, 0), min(max(o.N, 0), maxListed)
		if !knownOrder(o.Order) {
			return o, &opError{Code: "bad_request", Msg: "there is no such order of sessions: " + printable(o.Order)}
		}
	case "watch":
		if len(o.IDs) > maxWatched {
			return o, &opError{Code: "bad_request", Msg: "a page may watch 512 sessions"}
		}
	case "agg":
		err := o.readAgg()
		return o, err
	case "find":
		switch o.What {
		case "event", "time", "next_error", "prev_error":
		default:
			return o, &opError{Code: "bad_request", Msg: "find knows event, time, next_error and prev_error"}
		}
	case "event":
		if o.Max <= 0 {
			o.Max = defaultRaw
		}
		o.Max = min(o.Max, maxRaw)
	case "complete":
		o.N = min(max(o.N, 0), maxItems)
	default:
		return o, &opError{Code: "bad_request", Msg: "there is no request of this name"}
	}
	return o, nil
}

func (o *op) readSub() error {
	var err error
	if o.scope, err = parseScope(o.Scope); err != nil {
		return &opError{Code: "bad_request", Msg: err.Error()}
	}
	if o.query, err = filter.Parse(o.Query); err != nil {
		return filterError(err)
	}
	return nil
}

// filterError gives a mistake in a filter its place.
func filterError(err error) *opError {
	e := &opError{Code: "bad_filter", Msg: err.Error()}
	var f *filter.Error
	if errors.As(err, &f) {
		e.Msg, e.At, e.End, e.Suggest = f.Text, f.At, f.End, f.Suggest
	}
	return e
}

// parseScope reads "all" (or nothing), "s/12" or "c/31".
func parseScope(s string) (captures.Scope, error) {
	if s == "" || s == "all" {
		return captures.Scope{}, nil
	}
	kind, number, _ := strings.Cut(s, "/")
	id, err := strconv.ParseInt(number, 10, 64)
	if err == nil && id > 0 {
		switch kind {
		case "s":
			return captures.Scope{Session: id}, nil
		case "c":
			return captures.Scope{Connection: id}, nil
		}
	}
	return captures.Scope{}, errors.New(`a scope is "all", "s/SESSION" or "c/CONNECTION"`)
}

// errFrame is an "err" for the op that it answers.
func errFrame(o *op, err error) []byte {
	e, ok := err.(*opError)
	if !ok {
		e = &opError{Code: "failed", Msg: err.Error()}
	}
	m := map[string]any{"op": "err", "code": e.Code, "msg": e.Msg}
	if o.Seq != 0 {
		m["seq"] = o.Seq
	}
	if o.View != 0 || o.Op == "sub" {
		m["view"], m["epoch"] = o.View, o.Epoch
	}
	if e.Code == "bad_filter" {
		m["at"], m["end"] = e.At, e.End
		if e.Suggest != "" {
			m["suggest"] = e.Suggest
		}
	}
	return frame(m)
}

// frame encodes a message of which there are few; rows have their own code.
func frame(m map[string]any) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // only plain values are put in
	}
	return b
}
