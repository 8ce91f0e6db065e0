// This file is the subcommand check: where the connections of a store break
// the rules of the protocol, and where sign-ins got stuck.

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// errBroken makes the exit status 1, for the CI of a server's author.
var errBroken = errors.New("rules are broken")

func defineCheck(fs *pflag.FlagSet) func(*env, []string) error {
	storeAt := storeFlag(fs)
	all := fs.Bool("all", false, "also what is merely odd (real programs do it without harm), and whether programs proved what they are")
	asJSON := fs.Bool("json", false, "JSON Lines, a note, a stuck sign-in or a verified password a line")
	rules := fs.Bool("rules", false, "list the rules and do nothing else")
	passwordFile := fs.String("password-file", "", "`FILE` of lines \"handle password\" (mode 0600), to verify how users proved their passwords")
	return func(e *env, args []string) error {
		if len(args) > 1 {
			return usagef("name one session (12) or connection (c31), or none for all")
		}
		if *rules {
			_, err := fmt.Fprint(e.stdout, conform.Markdown())
			return err
		}
		var passwords map[string]string
		if *passwordFile != "" {
			var err error
			if passwords, err = readPasswords(*passwordFile); err != nil {
				return err
			}
		}
		store, err := readStore(e, *storeAt)
		if err != nil {
			return err
		}
		defer store.Close()
		var scope captures.Scope
		if len(args) == 1 {
			if scope, err = scopeOf(store, args[0]); err != nil {
				return err
			}
		}
		c := &check{out: bufio.NewWriter(e.stdout), store: store, json: *asJSON, least: conform.Warning, passwords: passwords, open: map[int64]*checked{}}
		if *all {
			c.least = conform.Info
		}
		if err := store.Walk(e.ctx, scope, &filter.Query{}, c.event); err != nil {
			return err
		}
		c.finish()
		if err := c.out.Flush(); err != nil {
			return err
		}
		if c.broken > 0 {
			return fmt.Errorf("%w: %d notes above info", errBroken, c.broken)
		}
		return nil
	}
}

// check prints the warnings that events carry, and feeds checkers once more to
// know how far sign-ins have come.
type check struct {
	out    *bufio.Writer
	store  *captures.Store
	json   bool
	least  conform.Severity
	known  *conform.Known
	number int64 // of the capture that known belongs to
	open   map[int64]*checked
	order  []int64
	broken int
	// passwords by handle in lower case; nil: they are not checked.
	passwords map[string]string
}

// checked is a connection under way.
type checked struct {
	checker *conform.Checker
	proofs  decode.ProofWatch
	offset  [2]int64
	last    int64 // Unix ns
}

func (c *check) event(e *event.Event) error {
	if n := e.ID / event.EventsPerCapture; c.known == nil || n != c.number {
		c.finish()
		c.known, c.number = conform.NewKnown(), n
	}
	if e.Role == decode.RoleFT { // MSNFTP has rules of its own, which are not checked
		c.notes(e.Connection, e.Warnings)
		return nil
	}
	k := c.open[e.Connection]
	if k == nil {
		k = &checked{checker: conform.NewChecker(c.known)}
		k.proofs.Password = func(account string) (string, bool) {
			p, ok := c.passwords[strings.ToLower(account)]
			return p, ok
		}
		if conn, ok := c.store.Connection(e.Connection); ok {
			k.checker.Server = conn.Server.Addr()
		}
		k.checker.MidStream = !opens(e)
		c.open[e.Connection] = k
		c.order = append(c.order, e.Connection)
	}
	k.last = e.Time
	c.notes(e.Connection, e.Warnings)
	switch e.Kind {
	case event.Gap:
		k.checker.Gap()
		k.offset[e.Dir] += max(e.Missing, 0)
	case event.Command, event.Raw:
		f := decode.Frame{Raw: e.Raw, Line: e.Line, Body: e.Body, Offset: k.offset[e.Dir], Why: e.Text, Partial: e.Partial}
		if e.Kind == event.Raw {
			f.Kind = decode.FrameRaw
		}
		k.offset[e.Dir] += int64(len(e.Raw))
		k.checker.Frame(e.ID, e.Time, e.Dir, &f, decode.Context{Dir: e.Dir, Role: e.Role, Dialect: e.Dialect, Account: e.Account})
		if proven, ok := k.proofs.Watch(e.Dir, &f, e.Dialect); ok &&
			(proven.Kind == decode.ProofOfPassword && c.passwords != nil || proven.Kind == decode.ProofOfProgram && c.least == conform.Info) {
			c.proof(e, &proven)
		}
	}
	return nil
}

// opens reports whether a connection may begin with e; else the capture has
// begun in the middle of it.
func opens(e *event.Event) bool {
	switch e.Cmd() {
	case "VER", "CVQ", "USR", "ANS":
		return e.Dir == decode.C2S
	}
	return e.Kind == event.Note || e.Kind == event.Raw && e.Text != decode.WhyMidStream
}

// finish closes the connections of a capture and says which sign-ins got stuck.
func (c *check) finish() {
	for _, id := range c.order {
		k := c.open[id]
		k.checker.Close(k.last)
		conn, _ := c.store.Connection(id)
		if conn.Role == decode.RoleGW {
			continue // the sign-in carried in HTTP is a connection of its own
		}
		if in := k.checker.SignIn(k.last); in.Stuck != "" {
			c.stuck(&conn, id, &in)
		}
	}
	c.order = nil
	clear(c.open)
}

// stuck says why a sign-in goes no further.
func (c *check) stuck(conn *event.Connection, id int64, in *conform.SignIn) {
	if c.json {
		c.line(struct {
			Connection int64  `json:"connection"`
			Role       string `json:"role"`
			Account    string `json:"account"`
			conform.SignIn
		}{id, conn.Role.String(), conn.Account, *in})
		return
	}
	who := strings.TrimSpace(conn.Role.String() + " " + decode.Visible(conn.Account))
	if who == "" {
		who = "to " + conn.Server.String()
	}
	fmt.Fprintf(c.out, "connection %d (%s): stuck: %s\n", id, who, decode.Visible(in.Stuck))
	if n := len(in.Steps); n > 0 {
		fmt.Fprintf(c.out, "    it got as far as: %s (event %d)\n", decode.Visible(in.Steps[n-1].Name), in.Steps[n-1].Event)
	}
}

// proof says whether a user has proved the password, or a program what it is.
func (c *check) proof(e *event.Event, p *decode.Proven) {
	if c.json {
		line := struct {
			Connection int64  `json:"connection"`
			Event      int64  `json:"event"`
			Account    string `json:"account,omitempty"`
			Program    string `json:"program,omitempty"`
			Proof      string `json:"proof"` // right, wrong or not checked
			Why        string `json:"why,omitempty"`
		}{Connection: e.Connection, Event: e.ID, Proof: p.Result.String(), Why: p.Why}
		if p.Kind == decode.ProofOfPassword {
			line.Account = p.Who
		} else {
			line.Program = p.Who
		}
		c.line(line)
		return
	}
	outcome := p.Result.String()
	if p.Why != "" {
		outcome = "unknown: " + p.Why
	}
	what := "password of"
	if p.Kind == decode.ProofOfProgram {
		what = "challenge answered as"
	}
	fmt.Fprintf(c.out, "#%d %s %s: %s\n", e.ID, what, decode.Visible(p.Who), outcome)
}

// line writes a JSON object.
func (c *check) line(v any) {
	if line, err := json.Marshal(v); err == nil {
		c.out.Write(append(line, '\n'))
	}
}

func (c *check) notes(conn int64, notes []conform.Note) {
	for _, n := range notes {
		if n.Severity > conform.Info {
			c.broken++
		}
		if n.Severity < c.least {
			continue
		}
		rule, _ := conform.RuleOf(n.Code)
		if c.json {
			c.line(struct {
				Connection int64 `json:"connection"`
				conform.Note
				Rule   string `json:"rule"`
				Source string `json:"source"`
			}{conn, n, rule.Rule, rule.Source})
			continue
		}
		fmt.Fprintf(c.out, "#%d %s %s: %s\n    rule: %s (%s)\n", n.Event, n.Severity, n.Code, decode.Visible(n.Text), rule.Rule, rule.Source)
	}
}
