// This file plays a chat of the practice clients through held hands: what both
// ends received is compared with what the capture says, read back as any is.

package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/decode"
	"msnscope/proxy/msnptest"
)

// decideFunc is a Decider.
type decideFunc func(c *Command) (Verdict, bool)

func (decideFunc) Idle() bool                          { return false }
func (f decideFunc) Decide(c *Command) (Verdict, bool) { return f(c) }

// chat is two practice clients in a chat behind a proxy.
type chat struct {
	t          *testing.T
	ctx        context.Context
	proxy      *Proxy
	server     *msnptest.Server
	path       string
	alice, bob *msnptest.Client
	a, b       *msnptest.Chat
}

func startChat(t *testing.T, d Decider) *chat {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	c := &chat{t: t, ctx: ctx}
	var err error
	c.server, err = msnptest.Start(msnptest.Config{
		DS: []string{"127.0.0.1:0"}, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.3:0"}, Record: true, NoChallenge: true,
		Accounts: []msnptest.Account{{Handle: "alice@example.org", Password: "a", Name: "Alice"}, {Handle: "bob@example.org", Password: "b", Name: "Bob"}},
	})
	must(t, err)
	t.Cleanup(func() { c.server.Close() })
	file, path := recorder(t)
	c.path = path
	c.proxy = serve(t, &Proxy{Upstream: c.server.DispatchAddr(), Recorder: file, Deciders: []Decider{d}})
	client := func(handle, password string) *msnptest.Client {
		k := msnptest.NewClient(msnptest.ClientConfig{Handle: handle, Password: password, Record: true})
		t.Cleanup(func() { k.Close() })
		must(t, k.SignIn(ctx, c.proxy.Addr().String()))
		must(t, k.SetStatus(ctx, "NLN"))
		return k
	}
	c.alice, c.bob = client("alice@example.org", "a"), client("bob@example.org", "b")
	c.a, err = c.alice.OpenChat(ctx, "bob@example.org")
	must(t, err)
	c.b, err = c.bob.NextChat(ctx)
	must(t, err)
	return c
}

// held waits for the next held command.
func (c *chat) held() HeldCommand {
	c.t.Helper()
	for {
		_, changed := c.proxy.InterceptChanged()
		if list := c.proxy.Intercepted().Held; len(list) > 0 {
			return list[0]
		}
		select {
		case <-changed:
		case <-c.ctx.Done():
			c.t.Fatal("nothing is held")
		}
	}
}

func (c *chat) hears(want string) {
	c.t.Helper()
	m, err := c.b.ReceiveText(c.ctx)
	must(c.t, err)
	if m.Text != want {
		c.t.Errorf("bob hears %q, want %q", m.Text, want)
	}
}

// events ends the chat and reads the capture.
func (c *chat) events() (all []*event.Event) {
	c.t.Helper()
	must(c.t, c.a.Leave(c.ctx))
	must(c.t, c.b.WaitGone(c.ctx, "alice@example.org"))
	must(c.t, c.b.Leave(c.ctx))
	must(c.t, c.alice.SignOut(c.ctx))
	must(c.t, c.bob.SignOut(c.ctx))
	c.alice.Close()
	c.bob.Close()
	waitClosed(c.t, c.proxy)
	return readEvents(c.t, c.path)
}

// eventList is a follow.Sink that keeps the events.
type eventList struct{ list []*event.Event }

func (*eventList) Connection(*event.Connection)      {}
func (*eventList) Session(*event.Session)            {}
func (*eventList) Ignored(*event.Connection, string) {}
func (l *eventList) Event(e *event.Event) {
	k := *e
	k.Raw = bytes.Clone(e.Raw)
	if e.Delivered != nil {
		k.Delivered = append([]byte{}, e.Delivered...)
	}
	l.list = append(l.list, &k)
}

func readEvents(t *testing.T, path string) []*event.Event {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	r, err := pcapfile.NewReader(file)
	must(t, err)
	l := new(eventList)
	f := follow.New(1, l)
	var p pcapfile.Packet
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
		f.Packet(&p)
	}
	if err != io.EOF {
		t.Error(err)
	}
	f.Finish(streams.EndCapture)
	return l.list
}

func selected(t *testing.T, all []*event.Event, q string) (list []*event.Event) {
	t.Helper()
	query, err := filter.Parse(q)
	must(t, err)
	for _, e := range all {
		if query.Match(e) {
			list = append(list, e)
		}
	}
	return list
}

// only is the one event that a filter selects.
func only(t *testing.T, all []*event.Event, q string) *event.Event {
	t.Helper()
	list := selected(t, all, q)
	if len(list) != 1 {
		t.Fatalf("%s selects %d events", q, len(list))
	}
	return list[0]
}

// checkConversation has Wireshark look at the capture.
func checkConversation(t *testing.T, path string) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: Wireshark's view of the capture is not checked")
	}
	odd, err := exec.Command("tshark", "-r", path, "-Y", "tcp.analysis.flags and not tcp.analysis.reused_ports or _ws.malformed").Output()
	if err != nil || strings.TrimSpace(string(odd)) != "" {
		t.Errorf("tshark: %v\n%s", err, odd)
	}
}

func TestByHand(t *testing.T) {
	c := startChat(t, decideFunc(func(k *Command) (Verdict, bool) {
		return Verdict{By: "the test", Hold: true, Wait: time.Minute}, k.Event.Cmd() == "MSG" && k.Event.Dir == decode.C2S && k.Event.Account == "alice@example.org"
	}))
	say := func(text string) HeldCommand {
		must(t, c.a.Send(c.ctx, text, 'N'))
		return c.held()
	}
	mine := Hand{By: "window 7", Mend: true}

	forward := mine
	forward.Act = "forward"
	h := say("forwarded")
	must(t, c.proxy.Resolve(h.ID, forward))
	c.hears("forwarded")
	if err := c.proxy.Resolve(h.ID, forward); !errors.Is(err, ErrDecided) {
		t.Errorf("decided twice: %v", err)
	}
	if h.Role != "SB" || h.Account != "alice@example.org" || h.Summary == "" || h.Cmd != "MSG" {
		t.Errorf("%+v", h)
	}

	edit := mine
	edit.Act = "edit"
	h = say("original words")
	e, _ := c.proxy.HeldEvent(h.ID)
	edit.Data = bytes.Replace(e.Raw, []byte("original words"), []byte("edited"), 1)
	must(t, c.proxy.Resolve(h.ID, edit))
	c.hears("edited")

	drop := mine
	drop.Act = "drop"
	must(t, c.proxy.Resolve(say("dropped").ID, drop))

	// Something of the proxy's own: to bob, and to the switchboard in alice's name.
	var sb, ns int64
	for _, l := range c.proxy.Intercepted().Conns {
		switch {
		case l.Role == "SB" && l.Account == "bob@example.org":
			sb = l.ID
		case l.Role == "NS" && l.Account == "alice@example.org":
			ns = l.ID
		}
	}
	inject := mine
	inject.Data = []byte("MSG alice@example.org Alice 0\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\ninjected")
	_, err := c.proxy.Inject(sb, decode.S2C, inject)
	must(t, err)
	c.hears("injected")
	inject = Hand{By: "window 7", Data: []byte("CHG 1 AWY"), Fresh: true}
	sent, err := c.proxy.Inject(ns, decode.C2S, inject)
	must(t, err)
	if string(sent) != "CHG 4000000000 AWY\r\n" {
		t.Errorf("sent %q", sent)
	}
	must(t, c.alice.SetStatus(c.ctx, "BSY")) // its answer comes behind that of the injected one

	along := forward
	along.Before = []byte("MSG 901 U 0\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nbefore")
	along.After = []byte("MSG 902 U 0\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nafter")
	must(t, c.proxy.Resolve(say("last").ID, along))
	for _, want := range []string{"before", "last", "after"} {
		c.hears(want)
	}
	if n := len(c.proxy.Intercepted().Done); n != 6 {
		t.Errorf("%d things done", n)
	}
	for _, log := range c.alice.Log() {
		if bytes.Contains(log.Received, []byte("4000000000")) {
			t.Errorf("alice sees %q", log.Received)
		}
	}

	all := c.events()
	if e := only(t, all, "is:edited"); !bytes.Contains(e.Raw, []byte("original words")) || !bytes.HasSuffix(e.Delivered, []byte("\r\n\r\nedited")) {
		t.Errorf("%q delivered as %q", e.Raw, e.Delivered)
	}
	if e := only(t, all, "is:dropped cmd:MSG"); !bytes.Contains(e.Raw, []byte("dropped")) {
		t.Errorf("%q", e.Raw)
	}
	if e := only(t, all, "is:dropped -cmd:MSG"); string(e.Raw) != "CHG 4000000000 AWY\r\n" {
		t.Errorf("%q", e.Raw)
	}
	if n := len(selected(t, all, "is:injected")); n != 4 {
		t.Errorf("%d injected", n)
	}
	if n := len(selected(t, all, "is:held")); n != 4 {
		t.Errorf("%d held", n)
	}
	if e := selected(t, all, "note:released"); len(e) != 4 || !strings.HasSuffix(e[1].Text, "edited by window 7") {
		t.Errorf("%d released", len(e))
	}
	for _, e := range selected(t, all, "is:warning") {
		t.Errorf("%q: %v", e.Raw, e.Warnings)
	}
	checkDelivered(t, c, all)
	checkConversation(t, c.path)
}

// checkDelivered compares what the clients and the server got of a chat with
// what the capture says was delivered to them.
func checkDelivered(t *testing.T, c *chat, all []*event.Event) {
	t.Helper()
	got := map[string]bool{}
	for _, log := range c.server.Log() {
		got["c2s "+string(log.Received)] = true
	}
	for _, k := range []*msnptest.Client{c.alice, c.bob} {
		for _, log := range k.Log() {
			got["s2c "+string(log.Received)] = true
		}
	}
	told := map[[2]int64]*strings.Builder{}
	for _, e := range all {
		key := [2]int64{e.Connection, int64(e.Dir)}
		if told[key] == nil {
			told[key] = new(strings.Builder)
		}
		switch {
		case e.Kind == event.Note && e.Note == "injected":
			told[key].Write(injectedBytes(t, e.Text))
		case e.Kind == event.Note:
		case e.Delivered != nil:
			told[key].Write(e.Delivered)
		default:
			told[key].Write(e.Raw)
		}
	}
	for key, b := range told {
		if dir := decode.Direction(key[1]).String(); b.Len() > 0 && !got[dir+" "+b.String()] {
			t.Errorf("nobody got what the log says was delivered on connection %d, %s:\n%q", key[0], dir, b.String())
		}
	}
}

// injectedBytes reads the bytes of an "injected" note.
func injectedBytes(t *testing.T, text string) []byte {
	t.Helper()
	_, rest, _ := strings.Cut(text, " ")
	quoted, err := strconv.QuotedPrefix(rest)
	must(t, err)
	s, err := strconv.Unquote(quoted)
	must(t, err)
	return []byte(s)
}

// TestTooLongToDecide sends a command that streams through, and a short one
// behind it, to somebody who would drop both.
func TestTooLongToDecide(t *testing.T) {
	got := make(chan string, 1)
	server := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) {
		all, _ := io.ReadAll(conn)
		got <- string(all)
	})
	file, path := recorder(t)
	p := serve(t, &Proxy{Upstream: server, Recorder: file, Deciders: []Decider{decideFunc(func(*Command) (Verdict, bool) {
		return Verdict{By: "the test", Replace: true}, true
	})}})
	long := "MSG 1 N 200000\r\n" + strings.Repeat("x", 200_000)
	conn := dial(t, p.Addr().String())
	send(t, conn, long+"PNG\r\n")
	conn.CloseWrite()
	if all := <-got; all != long {
		t.Errorf("the server received %d bytes, want the %d of the long command", len(all), len(long))
	}
	waitClosed(t, p)
	must(t, file.Close())
	if s := comments(t, path); strings.Count(s, "bypassed") != 1 || !strings.Contains(s, "bypassed: MSG of 200016 bytes passed undecided") {
		t.Errorf("the capture does not say that a command was not decided about: %s", s)
	}
}
