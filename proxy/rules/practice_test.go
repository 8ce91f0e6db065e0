// This file has every fault happen to the practice clients and server, and
// nothing when rules are off.

package rules_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"msnscope/proxy"
	"msnscope/proxy/msnptest"
	"msnscope/proxy/rules"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lab is a practice server with a proxy in front of it.
type lab struct {
	*testing.T
	ctx    context.Context
	server *msnptest.Server
	rules  rules.Rules
	proxy  *proxy.Proxy
	all    []*msnptest.Client
}

func newLab(t *testing.T, config msnptest.Config) *lab {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	l := &lab{T: t, ctx: ctx}
	config.Record, config.NoChallenge = true, true
	if config.Accounts == nil {
		config.Accounts = []msnptest.Account{{Handle: "alice@example.org", Password: "a", Name: "Alice"}, {Handle: "bob@example.org", Password: "b", Name: "Bob"}}
	}
	var err error
	l.server, err = msnptest.Start(config)
	must(t, err)
	t.Cleanup(func() { l.server.Close() })
	l.proxy = &proxy.Proxy{
		Upstream: l.server.DispatchAddr(), Listen: []string{"127.0.0.1:0"}, Drain: -1, Deciders: []proxy.Decider{&l.rules},
	}
	must(t, l.proxy.Bind())
	serving, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- l.proxy.Serve(serving) }()
	t.Cleanup(func() { stop(); <-done })
	return l
}

var apart = msnptest.Config{DS: []string{"127.0.0.1:0"}, NS: []string{"127.0.0.2:0", "127.0.0.3:0"}, SB: []string{"127.0.0.4:0"}, PickNS: func(string, int) int { return 0 }}

// rule puts one rule in force.
func (l *lab) rule(filter, do string) {
	l.Helper()
	must(l, l.rules.Set([]rules.Rule{{Name: "fault", Filter: filter, Do: do}}, ""))
}

// hit reports how often it took effect.
func (l *lab) hits() int64 {
	list, _, _ := l.rules.Status()
	return list[0].Hits
}

func (l *lab) client(handle string, timeout time.Duration) *msnptest.Client {
	c := msnptest.NewClient(msnptest.ClientConfig{Handle: handle, Password: handle[:1], Record: true, Timeout: timeout})
	l.Cleanup(func() { c.Close() })
	l.all = append(l.all, c)
	return c
}

func (l *lab) signIn(handle string, timeout time.Duration) *msnptest.Client {
	l.Helper()
	c := l.client(handle, timeout)
	must(l, c.SignIn(l.ctx, l.proxy.Addr().String()))
	must(l, c.SetStatus(l.ctx, "NLN"))
	return c
}

// chat has alice open a chat with bob.
func (l *lab) chat() (a, b *msnptest.Chat) {
	l.Helper()
	alice, bob := l.signIn("alice@example.org", 2*time.Second), l.signIn("bob@example.org", 2*time.Second)
	a, err := alice.OpenChat(l.ctx, "bob@example.org")
	must(l, err)
	b, err = bob.NextChat(l.ctx)
	must(l, err)
	return a, b
}

func (l *lab) hears(c *msnptest.Chat, want ...string) {
	l.Helper()
	for _, w := range want {
		m, err := c.ReceiveText(l.ctx)
		must(l, err)
		if m.Text != w {
			l.Errorf("heard %q, want %q", m.Text, w)
		}
	}
}

const toBob = "cmd:MSG dir:s2c acc:bob"

// TestFaultsOnAChat makes a fault happen to messages and looks what comes of it.
func TestFaultsOnAChat(t *testing.T) {
	// say sends, and waits only for what is sent to be on its way.
	say := func(l *lab, c *msnptest.Chat, texts ...string) {
		l.Helper()
		for _, text := range texts {
			must(l, c.Send(l.ctx, text, 'N'))
		}
	}
	for _, f := range []struct {
		filter, do string
		check      func(l *lab, a, b *msnptest.Chat)
	}{
		{toBob, `replace "cat" "elephant"`, func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "a cat", "a dog")
			l.hears(b, "a elephant", "a dog")
		}},
		{"cmd:ACK", "drop", func(l *lab, a, b *msnptest.Chat) {
			if err := a.Send(l.ctx, "acknowledge me", 'A'); !errors.Is(err, context.DeadlineExceeded) {
				l.Errorf("alice: %v", err)
			}
			l.hears(b, "acknowledge me")
		}},
		{"cmd:ACK", "nak", func(l *lab, a, b *msnptest.Chat) {
			if err := a.Send(l.ctx, "hi", 'A'); err != msnptest.ErrNotDelivered {
				l.Errorf("alice: %v", err)
			}
			l.hears(b, "hi")
		}},
		{`cmd:MSG dir:c2s text:"lost"`, "nak", func(l *lab, a, b *msnptest.Chat) {
			if err := a.Send(l.ctx, "lost", 'A'); err != msnptest.ErrNotDelivered {
				l.Errorf("alice: %v", err)
			}
			say(l, a, "next")
			l.hears(b, "next")
		}},
		{`cmd:MSG dir:c2s text:"lost"`, "ack", func(l *lab, a, b *msnptest.Chat) {
			must(l, a.Send(l.ctx, "lost", 'A'))
			say(l, a, "next")
			l.hears(b, "next")
		}},
		{`cmd:ACK`, "error 282", func(l *lab, a, b *msnptest.Chat) {
			var e *msnptest.ReplyError
			if err := a.Send(l.ctx, "hi", 'A'); !errors.As(err, &e) || e.Code != 282 {
				l.Errorf("alice: %v", err)
			}
		}},
		{toBob, "repeat 2", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one")
			l.hears(b, "one", "one", "one")
		}},
		{toBob + ` text:"one"`, "swap", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one", "two", "three")
			l.hears(b, "two", "one", "three")
		}},
		{toBob, "merge", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one", "two")
			l.hears(b, "one", "two")
		}},
		{toBob, "slice line crlf head payload 1ms", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one", "two")
			l.hears(b, "one", "two")
		}},
		{"cmd:MSG", "slice each 0", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one", "two")
			l.hears(b, "one", "two")
		}},
		{toBob, "length -2", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "onexx")
			l.hears(b, "one") // "xx" is the beginning of what comes behind it
		}},
		{toBob, "length +4", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one", "MSG")
			l.hears(b, "oneMSG ")
		}},
		{toBob, "delay 300ms 50ms", func(l *lab, a, b *msnptest.Chat) {
			begin := time.Now()
			say(l, a, "one")
			l.hears(b, "one")
			if took := time.Since(begin); took < 250*time.Millisecond {
				l.Errorf("it took %v", took)
			}
		}},
		{toBob, "rate 1k", func(l *lab, a, b *msnptest.Chat) { // of some 150 bytes
			begin := time.Now()
			say(l, a, "one")
			l.hears(b, "one")
			if took := time.Since(begin); took < 100*time.Millisecond {
				l.Errorf("it took %v", took)
			}
		}},
		{toBob, "stall 300ms", func(l *lab, a, b *msnptest.Chat) {
			begin := time.Now()
			say(l, a, "one", "two")
			l.hears(b, "one", "two")
			if took := time.Since(begin); took < 300*time.Millisecond {
				l.Errorf("it took %v", took)
			}
		}},
		{toBob, "reset", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one")
			if _, err := b.Receive(l.ctx); err != msnptest.ErrChatOver {
				l.Errorf("bob: %v", err)
			}
			must(l, a.WaitGone(l.ctx, "bob@example.org"))
		}},
		{"cmd:MSG dir:c2s acc:alice", "close", func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one")
			must(l, b.WaitGone(l.ctx, "alice@example.org")) // the switchboard saw her end
		}},
		{toBob, `before "BYE alice@example.org"`, func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one")
			l.hears(b, "one")
			must(l, b.WaitGone(l.ctx, "alice@example.org"))
		}},
		{`cmd:MSG dir:c2s acc:alice`, `after "CAL $new nobody@example.org"`, func(l *lab, a, b *msnptest.Chat) {
			must(l, a.Send(l.ctx, "one", 'A'))
			must(l, a.Send(l.ctx, "two", 'A')) // behind the answers to the CALs, which alice does not see
			l.hears(b, "one", "two")
		}},
		{`cmd:MSG dir:c2s acc:alice`, `back "JOI carol@example.org Carol"`, func(l *lab, a, b *msnptest.Chat) {
			say(l, a, "one")
			must(l, a.WaitMember(l.ctx, "carol@example.org"))
		}},
	} {
		t.Run(f.do, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, apart)
			a, b := l.chat()
			l.rule(f.filter, f.do)
			f.check(l, a, b)
			if l.hits() == 0 {
				t.Error("the rule never took effect")
			}
		})
	}
}

func TestFaultsOnASignIn(t *testing.T) {
	t.Run("error", func(t *testing.T) {
		l := newLab(t, apart)
		l.rule("cmd:USR dir:s2c text:OK or cmd:USR dir:s2c raw:OK", "error 911")
		var e *msnptest.ReplyError
		if err := l.client("alice@example.org", time.Second).SignIn(l.ctx, l.proxy.Addr().String()); !errors.As(err, &e) || e.Code != 911 {
			t.Errorf("%v", err)
		}
	})
	t.Run("lost RNG", func(t *testing.T) {
		l := newLab(t, apart)
		alice, bob := l.signIn("alice@example.org", 5*time.Second), l.signIn("bob@example.org", time.Second)
		l.rule("cmd:RNG", "drop")
		ctx, cancel := context.WithTimeout(l.ctx, 500*time.Millisecond)
		defer cancel()
		if _, err := alice.OpenChat(ctx, "bob@example.org"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		for _, log := range bob.Log() {
			if strings.Contains(string(log.Received), "RNG") {
				t.Error("bob was rung")
			}
		}
	})
	t.Run("forced XFR", func(t *testing.T) {
		l := newLab(t, apart)
		_, ns, _ := l.server.Addrs()
		other := ns[1]
		// The NS sends the client on to another one, once.
		must(t, l.rules.Set([]rules.Rule{{Name: "fault", Filter: "cmd:USR dir:s2c", Do: "xfr " + other, Limit: 1}}, ""))
		c := l.signIn("alice@example.org", 5*time.Second)
		to := c.Redirects()
		if len(to) < 2 || !strings.HasPrefix(to[1].Address, "127.0.0.1:") { // the proxy's, which stands for it
			t.Errorf("%+v", to)
		}
		i := slices.IndexFunc(l.server.Log(), func(log msnptest.ConnLog) bool { return log.Address == other })
		if i < 0 {
			t.Errorf("nobody came to %s", other)
		}
	})
	t.Run("slow and in pieces", func(t *testing.T) {
		l := newLab(t, apart)
		must(t, l.rules.Set([]rules.Rule{
			{Name: "pieces", Filter: "", Do: "slice line crlf head payload 1ms", Chance: 0.5, Seed: 3},
			{Name: "slow", Filter: "", Do: "delay 5ms 5ms"},
		}, ""))
		c := l.signIn("alice@example.org", 10*time.Second)
		if _, err := c.Sync(l.ctx, 0); err != nil {
			t.Error(err)
		}
		must(t, c.SignOut(l.ctx))
		l.equal()
	})
}

// equal compares what clients sent with what the server received, and back, of
// connections on which nothing is rewritten.
func (l *lab) equal() {
	l.Helper()
	must(l, l.server.Drained(l.ctx))
	at := map[string]msnptest.ConnLog{}
	for _, log := range l.server.Log() {
		at[log.Role+log.Key+string(log.Received)] = log
	}
	for _, c := range l.all {
		for _, log := range c.Log() {
			s, ok := at[log.Role+log.Key+string(log.Sent)]
			if !ok {
				l.Errorf("the server did not receive %q", log.Sent)
				continue
			}
			if log.Role == "SB" && string(s.Sent) != string(log.Received) {
				l.Errorf("sent %q, received %q", s.Sent, log.Received)
			}
			if n := len(strings.Split(string(s.Sent), "\r\n")); n != len(strings.Split(string(log.Received), "\r\n")) {
				l.Errorf("%d lines sent: %q, received %q", n, s.Sent, log.Received)
			}
		}
	}
}

// TestOff plays a whole story with rules that are off, or select nothing:
// nothing is changed.
func TestOff(t *testing.T) {
	for name, list := range map[string][]rules.Rule{
		"none":     nil,
		"off":      {{Name: "a", Do: "drop", Off: true}},
		"no match": {{Name: "a", Filter: `cmd:XYZ or text:"never said" or from:nobody@*`, Do: "drop"}},
		"log":      {{Name: "a", Do: "log"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := apart
			config.Accounts = msnptest.StoryAccounts()
			l := newLab(t, config)
			must(t, l.rules.Set(list, ""))
			story := &msnptest.Story{Address: l.proxy.Addr().String(), Server: l.server, Pace: time.Microsecond, Scenes: 8}
			must(t, story.Run(l.ctx))
			must(t, l.server.Drained(l.ctx))
			if c := l.server.Complaints(); len(c) > 0 {
				t.Errorf("the server complains: %q", c)
			}

			l2 := newLab(t, apart)
			must(t, l2.rules.Set(list, ""))
			a, b := l2.chat()
			for i := range 20 {
				must(t, a.Send(l2.ctx, fmt.Sprint("line ", i), 'A'))
				l2.hears(b, fmt.Sprint("line ", i))
			}
			must(t, a.Leave(l2.ctx))
			must(t, b.WaitGone(l2.ctx, "alice@example.org"))
			must(t, b.Leave(l2.ctx))
			for _, c := range l2.all {
				must(t, c.SignOut(l2.ctx))
			}
			l2.equal()
		})
	}
}
