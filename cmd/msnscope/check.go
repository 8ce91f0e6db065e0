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
	rules := fs.Bool("list-rules", false, "list the rules and do nothing else")
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
		c := &check{out: bufio.NewWriter(e.stdout), json: *asJSON, least: conform.Warning, passwords: passwords, proofs: map[int64]*decode.ProofWatch{}}
		c.signIns = store.WatchSignIns(func(in *captures.SignIn) {
			if in.Stuck != "" {
				conn, _ := store.Connection(in.Connection)
				c.stuck(in, conn.Server.String())
			}
		})
		if *all {
			c.least = conform.Info
		}
		if err := store.Walk(e.ctx, scope, &filter.Query{}, c.event); err != nil {
			return err
		}
		c.signIns.Finish()
		if err := c.out.Flush(); err != nil {
			return err
		}
		if c.broken > 0 {
			return fmt.Errorf("%w: %d notes above info", errBroken, c.broken)
		}
		return nil
	}
}

// check prints the warnings that events carry, why sign-ins got stuck, and what
// became of proofs.
type check struct {
	out     *bufio.Writer
	json    bool
	least   conform.Severity
	signIns *captures.SignInWatch
	capture int64 // that proofs belongs to
	proofs  map[int64]*decode.ProofWatch
	broken  int
	// passwords by handle in lower case; nil: they are not checked.
	passwords map[string]string
}

func (c *check) event(e *event.Event) error {
	c.signIns.Event(e)
	c.notes(e.Connection, e.Warnings)
	if n := e.ID / event.EventsPerCapture; n != c.capture {
		c.capture = n
		clear(c.proofs)
	}
	if e.Kind != event.Command || e.Role == decode.RoleFT {
		return nil
	}
	w := c.proofs[e.Connection]
	if w == nil {
		w = &decode.ProofWatch{Password: func(account string) (string, bool) {
			p, ok := c.passwords[strings.ToLower(account)]
			return p, ok
		}}
		c.proofs[e.Connection] = w
	}
	f := e.Frame()
	if proven, ok := w.Watch(e.Dir, &f, e.Dialect); ok &&
		(proven.Kind == decode.ProofOfPassword && c.passwords != nil || proven.Kind == decode.ProofOfProgram && c.least == conform.Info) {
		c.proof(e, &proven)
	}
	return nil
}

// stuck says why a sign-in goes no further.
func (c *check) stuck(in *captures.SignIn, server string) {
	if c.json {
		c.line(in)
		return
	}
	who := strings.TrimSpace(in.Role + " " + decode.Visible(in.Account))
	if who == "" {
		who = "to " + server
	}
	fmt.Fprintf(c.out, "connection %d (%s): stuck: %s\n", in.Connection, who, decode.Visible(in.Stuck))
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
