// This file tests clients and server against each other.

package msnptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRoster(t *testing.T) {
	s := start(t, Config{})
	c := online(t, s, ClientConfig{Handle: "ann"})
	ctx := deadline(t)
	r, err := c.Sync(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	if fl := r.Lists["FL"]; len(fl) != 1 || fl[0].Handle != "ben@example.com" || !slices.Equal(fl[0].Groups, []int{1}) || r.Groups[1] != "Friends" {
		t.Errorf("%+v", r)
	}
	if again, err := c.Sync(ctx, r.Version); err != nil || again.Lists != nil {
		t.Errorf("%+v, %v", again, err)
	}
	ben := online(t, s, ClientConfig{Handle: "ben"})
	id, err := c.AddGroup(ctx, "New one")
	err = errors.Join(err, c.RenameGroup(ctx, id, "Old"), c.RemoveGroup(ctx, id), c.Rename(ctx, "An n"), c.SetPhone(ctx, "PHM", "1 2"),
		c.ReportVersion(ctx), c.RemoveContact(ctx, "FL", "ben@example.com"), c.AddContact(ctx, "FL", "ben@example.com", "B b", 0), c.Ping(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if cmd, err := ben.WaitFor(ctx, "ADD 0 RL"); err != nil || cmd.word(5) != "An%20n" {
		t.Errorf("%s, %v", cmd, err)
	}
	if err := c.WaitStatus(ctx, "Ben@example.com", "NLN"); err != nil {
		t.Error(err)
	}
	var reply *ReplyError
	if err := c.AddContact(ctx, "FL", "x@example.com", "x", 0); !errors.As(err, &reply) || reply.Code != 205 {
		t.Error(err)
	}
	if err := ben.SignOut(ctx); err != nil {
		t.Error(err)
	}
	if err := c.WaitStatus(ctx, "ben@example.com", "FLN"); err != nil {
		t.Error(err)
	}
}

func TestWrongPassword(t *testing.T) {
	s := start(t, Config{})
	c := NewClient(ClientConfig{Handle: "ann@example.com", Password: "no"})
	defer c.Close()
	var reply *ReplyError
	if err := c.SignIn(deadline(t), s.DispatchAddr()); !errors.As(err, &reply) || reply.Code != 911 {
		t.Fatal(err)
	}
}

func TestChatsAmongClientHabits(t *testing.T) {
	habits := []ClientConfig{
		{},
		{Writing: Pieces, Seed: 5, TrIDs: FromZero},
		{Writing: CRLFApart, TrIDs: EachConnection, Dialects: []string{"MSNP2", "CVR0"}},
		{Writing: HeadApart, Pipeline: true, SkipINF: true, TrIDs: Huge, Dialects: []string{"MSNP5"}},
		{Writing: Glued, Pipeline: true},
	}
	for i, habit := range habits {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := start(t, Config{Writing: []Writing{OneEach, Glued, Pieces}[i%3], OneDialect: i%2 == 1})
			ctx := deadline(t)
			cfg := [3]ClientConfig{habit, habits[(i+1)%len(habits)], habit}
			cfg[0].Handle, cfg[1].Handle, cfg[2].Handle = "ann", "ben", "cid"
			ann, ben, cid := online(t, s, cfg[0]), online(t, s, cfg[1]), online(t, s, cfg[2])
			a, err := ann.OpenChat(ctx, "ben@example.com")
			if err != nil {
				t.Fatal(err)
			}
			b, err := ben.NextChat(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if a.Session() != b.Session() || a.Session() == "" {
				t.Errorf("session ids %q and %q", a.Session(), b.Session())
			}
			text := "héllo (H)\r\nMSG 1 N 5\r\nXFR 1 SB 1.2.3.4:5"
			if err := errors.Join(a.Typing(ctx), a.Send(ctx, text, 'A'), b.Send(ctx, "back", 'N')); err != nil {
				t.Fatal(err)
			}
			if m, err := b.Receive(ctx); err != nil || !m.Typing {
				t.Errorf("%+v, %v", m, err)
			}
			if m, err := b.Receive(ctx); err != nil || m.Text != text || m.From != "ann@example.com" || m.Name != "Ann 100% é" {
				t.Errorf("%+v, %v", m, err)
			}
			if m, err := a.ReceiveText(ctx); err != nil || m.Text != "back" {
				t.Errorf("%+v, %v", m, err)
			}
			if err := a.Invite(ctx, "cid@example.com"); err != nil {
				t.Fatal(err)
			}
			c, err := cid.NextChat(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Members(); !slices.Equal(got, []string{"ann@example.com", "ben@example.com"}) {
				t.Errorf("members: %q", got)
			}
			var reply *ReplyError
			if err := a.Invite(ctx, "ben@example.com"); !errors.As(err, &reply) || reply.Code != 215 {
				t.Error(err)
			}
			if err := a.Invite(ctx, "nobody"); !errors.As(err, &reply) || reply.Code != 208 {
				t.Error(err)
			}
			if err := errors.Join(b.Leave(ctx), c.WaitGone(ctx, "ben@example.com"), a.Leave(ctx), c.WaitGone(ctx, "ann@example.com")); err != nil {
				t.Fatal(err)
			}
			if err := c.Send(ctx, "alone", 'A'); !errors.Is(err, ErrNotDelivered) {
				t.Error(err)
			}
			if err := c.Send(ctx, "alone", 'N'); err != nil {
				t.Error(err)
			}
			if err := c.until(ctx, "NAK", func() bool { return c.naks == 1 }); err != nil {
				t.Error(err)
			}
			if err := cid.SetStatus(ctx, "HDN"); err != nil {
				t.Error(err)
			}
			if _, err := cid.OpenChat(ctx, "ann@example.com"); !errors.As(err, &reply) || reply.Code != 913 {
				t.Error(err)
			}
			if _, err := ann.OpenChat(ctx, "cid@example.com"); !errors.As(err, &reply) || reply.Code != 217 {
				t.Error(err)
			}
		})
	}
}

func TestIdleMemberIsDropped(t *testing.T) {
	s := start(t, Config{SwitchboardIdle: 300 * time.Millisecond, Record: true})
	ctx := deadline(t)
	ann, ben := online(t, s, ClientConfig{Handle: "ann", Record: true}), online(t, s, ClientConfig{Handle: "ben"})
	a, err := ann.OpenChat(ctx, "ben@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if err := a.Typing(ctx); err != nil {
			t.Fatal(err)
		}
		if len(a.Members()) == 0 {
			break
		}
	}
	b, err := ben.NextChat(ctx)
	if err == nil {
		_, err = b.ReceiveText(ctx)
	}
	if !errors.Is(err, ErrChatOver) {
		t.Error(err)
	}
	if log := ann.Log(); !bytes.Contains(log[len(log)-1].Received, []byte("BYE ben@example.com 1\r\n")) {
		t.Errorf("%q", log[len(log)-1].Received)
	}
}

func TestCookieIsForOneSwitchboardAndOneUse(t *testing.T) {
	s := start(t, Config{DS: three, NS: three, SB: []string{"127.0.0.1:0", "127.0.0.1:0"}})
	_, _, sb := s.Addrs()
	c := online(t, s, ClientConfig{Handle: "ann"})
	reply, err := c.Do(deadline(t), "XFR SB")
	if err != nil {
		t.Fatal(err)
	}
	right, wrong := sb[0], sb[1]
	if reply.Words[3] != right {
		t.Fatalf("%s", reply)
	}
	usr := "> USR 1 ann@example.com " + reply.Words[5]
	connect(t, wrong).play(usr + "\n< 911 1\neof")
	connect(t, right).play("> USR 1 ben@example.com " + reply.Words[5] + "\n< 911 1\neof")
	connect(t, right).play(usr + "\n< USR 1 OK ann@example.com .*\n> MSG 2 N 1665")
	connect(t, right).play(usr + "\n< 911 1\neof")
	if n := len(s.Complaints()); n != 1 {
		t.Errorf("%d complaints", n)
	}
	s.complaints = nil
}

// crowd signs n users in at a server with several addresses of each kind and
// lets each three of them chat; it returns the clients.
func crowd(t *testing.T, n, lines int, writing Writing) (*Server, []*Client) {
	var accounts []Account
	for i := range n {
		accounts = append(accounts, Account{Handle: fmt.Sprintf("u%d@example.com", i), Password: fmt.Sprint("p", i), Name: fmt.Sprint("User ", i)})
	}
	many := []string{"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}
	s := start(t, Config{Accounts: accounts, DS: many[:1], NS: many, SB: many, Record: true})
	ctx := deadline(t)
	clients := make([]*Client, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			clients[i] = NewClient(ClientConfig{Handle: accounts[i].Handle, Password: accounts[i].Password, Record: true,
				Writing: writing, Seed: uint64(i), TrIDs: TrIDs(i % 4), Pipeline: i%5 == 0, LocalIP: fmt.Sprintf("127.0.0.%d", 2+i%4)})
			if err := errors.Join(clients[i].SignIn(ctx, s.DispatchAddr()), clients[i].SetStatus(ctx, "NLN")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := 0; i+2 < n && !t.Failed(); i += 3 {
		wg.Go(func() {
			if err := chatOfThree(ctx, clients[i:i+3], lines); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return s, clients
}

func chatOfThree(ctx context.Context, clients []*Client, lines int) error {
	first, err := clients[0].OpenChat(ctx, clients[1].Handle(), clients[2].Handle())
	if err != nil {
		return err
	}
	chats := []*Chat{first}
	for _, c := range clients[1:] {
		ch, err := c.NextChat(ctx)
		if err != nil {
			return err
		}
		for _, other := range clients {
			if other != c {
				if err := ch.WaitMember(ctx, other.Handle()); err != nil {
					return err
				}
			}
		}
		chats = append(chats, ch)
	}
	for i := range lines {
		from := i % 3
		text := fmt.Sprintf("line %d of %s %s", i, clients[from].Handle(), strings.Repeat("ü", i%50))
		if err := chats[from].Send(ctx, text, "NA"[i%2]); err != nil {
			return err
		}
		for to := range 3 {
			if to == from {
				continue
			}
			if m, err := chats[to].ReceiveText(ctx); err != nil || m.Text != text || m.From != clients[from].Handle() {
				return fmt.Errorf("%s got %+v, %w", clients[to].Handle(), m, err)
			}
		}
	}
	for _, ch := range chats {
		if err := ch.Leave(ctx); err != nil {
			return err
		}
	}
	return nil
}

// TestThirtyClients checks that everybody arrives where they were sent, that
// all is said and heard, and that both ends recorded the same bytes.
func TestThirtyClients(t *testing.T) {
	for _, writing := range []Writing{OneEach, Pieces} {
		s, clients := crowd(t, 30, 20, writing)
		ctx := deadline(t)
		ends := map[string]ConnLog{}
		for _, c := range clients {
			if err := c.SignOut(ctx); err != nil {
				t.Error(err)
			}
			c.Close()
			log := c.Log()
			if len(log) != 3 { // DS, NS, SB
				t.Fatalf("%s had %d connections", c.Handle(), len(log))
			}
			for i, r := range c.Redirects() {
				if log[i+1].Address != r.Address {
					t.Errorf("%s was sent to %s and went to %s", c.Handle(), r.Address, log[i+1].Address)
				}
			}
			for _, l := range log {
				ends[l.Local] = l
			}
		}
		if err := s.Drained(ctx); err != nil {
			t.Fatal(err)
		}
		log := s.Log()
		if len(log) != 90 {
			t.Errorf("%d connections", len(log))
		}
		for _, l := range log {
			e := ends[l.Remote]
			if !bytes.Equal(l.Sent, e.Received) || !bytes.Equal(l.Received, e.Sent) || l.Role != e.Role || l.Key != e.Key || l.Account != e.Account || !e.Closed {
				t.Errorf("the ends of %s %s differ:\n%q\n%q", l.Role, l.Account, l.Sent, e.Received)
			}
		}
	}
}

func TestRingIsNotAnsweredUnasked(t *testing.T) {
	s := start(t, Config{})
	ann, ben := online(t, s, ClientConfig{Handle: "ann"}), online(t, s, ClientConfig{Handle: "ben", IgnoreRings: true, Record: true})
	ctx, cancel := context.WithCancel(deadline(t))
	done := make(chan error)
	go func() { _, err := ann.OpenChat(ctx, "ben@example.com"); done <- err }()
	if _, err := ben.WaitFor(ctx, "RNG"); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if r := ben.Redirects(); len(r) != 2 || r[1].Command != "RNG" {
		t.Errorf("%+v", r)
	}
}
