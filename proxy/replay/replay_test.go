// This file records practice clients through a proxy and plays both sides of
// what they said again, against a fresh server and for a fresh client.

package replay_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/record"
	"msnscope/captures/streams"
	"msnscope/decode"
	"msnscope/proxy"
	"msnscope/proxy/msnptest"
	"msnscope/proxy/replay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var accounts = []msnptest.Account{
	{Handle: "alice@example.com", Password: "secret", Name: "Alice", Groups: []string{"Other Contacts", "Friends"}, Contacts: []msnptest.Contact{{Handle: "bob@example.com", Groups: []int{1}}}},
	{Handle: "bob@example.com", Password: "hush", Name: "Bob", Groups: []string{"Other Contacts"}},
}

func startServer(t *testing.T) *msnptest.Server {
	t.Helper()
	s, err := msnptest.Start(msnptest.Config{Accounts: accounts, DS: []string{"127.0.0.2:0"}, NS: []string{"127.0.0.3:0"}, SB: []string{"127.0.0.4:0"}})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// recorded runs do with the address of a proxy in front of a practice server,
// and returns what of it passed on connections of who.
func recorded(t *testing.T, who string, do func(ctx context.Context, address string)) *replay.Recording {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	server := startServer(t)
	path := filepath.Join(t.TempDir(), "a.pcapng")
	file, err := record.Open(path)
	must(t, err)
	p := &proxy.Proxy{Upstream: server.DispatchAddr(), Listen: []string{"127.0.0.1:0"}, Recorder: file}
	must(t, p.Bind())
	serving, stop := context.WithCancel(ctx)
	done := make(chan error)
	go func() { done <- p.Serve(serving) }()
	do(ctx, p.Addr().String())
	must(t, server.Drained(ctx))
	stop()
	must(t, <-done)
	must(t, file.Close())
	return read(t, path, who)
}

// keeper keeps the events of one account's connections.
type keeper struct {
	events []event.Event
	conns  map[int64]string
}

func (k *keeper) Connection(c *event.Connection)    { k.conns[c.ID] = c.Account }
func (k *keeper) Session(*event.Session)            {}
func (k *keeper) Ignored(*event.Connection, string) {}
func (k *keeper) Event(e *event.Event) {
	c := *e
	c.Raw = append([]byte(nil), e.Raw...)
	k.events = append(k.events, c)
}

func read(t *testing.T, path, who string) *replay.Recording {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	r, err := pcapfile.NewReader(file)
	must(t, err)
	k := &keeper{conns: map[int64]string{}}
	f := follow.New(1, k)
	var p pcapfile.Packet
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
		f.Packet(&p)
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	f.Finish(streams.EndCapture)
	rec := replay.NewRecording()
	for i := range k.events {
		if k.conns[k.events[i].Connection] == who {
			must(t, rec.Add(&k.events[i]))
		}
	}
	return rec
}

// signIn is all that one user does alone.
func signIn(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	c := msnptest.NewClient(msnptest.ClientConfig{Handle: "alice@example.com", Password: "secret"})
	defer c.Close()
	must(t, c.SignIn(ctx, address))
	_, err := c.Sync(ctx, 0)
	must(t, err)
	must(t, c.SetStatus(ctx, "NLN"))
	_, err = c.AddGroup(ctx, "Chess")
	must(t, err)
	must(t, c.Ping(ctx))
	must(t, c.SignOut(ctx))
}

func TestClientsPart(t *testing.T) {
	rec := recorded(t, "alice@example.com", func(ctx context.Context, address string) { signIn(t, ctx, address) })
	server := startServer(t)
	again := filepath.Join(t.TempDir(), "again.pcapng")
	file, err := record.Open(again)
	must(t, err)
	report, err := replay.Client{To: server.DispatchAddr(), Passwords: map[string]string{"alice@example.com": "secret"}, Recorder: file}.Play(t.Context(), rec)
	must(t, err)
	must(t, file.Close())
	if report.Missed != 0 || report.Extra != 0 || len(report.Mishaps) != 0 || report.Connections != 2 || report.Heard < 15 {
		t.Errorf("%s\n%v", report, report.Mishaps)
	}
	if c := server.Complaints(); len(c) > 0 {
		t.Errorf("the server complains: %q", c)
	}
	if got := read(t, again, "alice@example.com"); got.Steps() != rec.Steps() {
		t.Errorf("%d commands passed, %d were recorded", got.Steps(), rec.Steps())
	}
}

func TestClientsPartInAChat(t *testing.T) {
	rec := recorded(t, "alice@example.com", func(ctx context.Context, address string) {
		var c [2]*msnptest.Client
		for i, a := range accounts {
			c[i] = msnptest.NewClient(msnptest.ClientConfig{Handle: a.Handle, Password: a.Password})
			defer c[i].Close()
		}
		must(t, c[1].SignIn(ctx, address))
		must(t, c[1].SetStatus(ctx, "NLN"))
		must(t, c[0].SignIn(ctx, address))
		must(t, c[0].SetStatus(ctx, "NLN"))
		chat, err := c[0].OpenChat(ctx, "bob@example.com")
		must(t, err)
		other, err := c[1].NextChat(ctx)
		must(t, err)
		must(t, chat.WaitMember(ctx, "bob@example.com"))
		must(t, chat.Send(ctx, "hello", 'A'))
		_, err = other.ReceiveText(ctx)
		must(t, err)
		must(t, chat.Leave(ctx))
		must(t, other.Leave(ctx))
		must(t, c[0].SignOut(ctx))
		must(t, c[1].SignOut(ctx))
	})
	server := startServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	bob := msnptest.NewClient(msnptest.ClientConfig{Handle: "bob@example.com", Password: "hush"})
	defer bob.Close()
	must(t, bob.SignIn(ctx, server.DispatchAddr()))
	must(t, bob.SetStatus(ctx, "NLN"))
	report, err := replay.Client{To: server.DispatchAddr(), Passwords: map[string]string{"alice@example.com": "secret"}}.Play(ctx, rec)
	must(t, err)
	if report.Missed != 0 || len(report.Mishaps) != 0 || report.Connections != 3 {
		t.Errorf("%s\n%v", report, report.Mishaps)
	}
	chat, err := bob.NextChat(ctx)
	must(t, err)
	m, err := chat.ReceiveText(ctx)
	if err != nil || m.Text != "hello" || m.From != "alice@example.com" {
		t.Errorf("bob receives %+v, %v", m, err)
	}
}

func TestServersPart(t *testing.T) {
	rec := recorded(t, "alice@example.com", func(ctx context.Context, address string) { signIn(t, ctx, address) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	type result struct {
		report *replay.Report
		err    error
	}
	done := make(chan result)
	go func() {
		report, err := replay.Server{}.Serve(ctx, l, rec)
		done <- result{report, err}
	}()
	// A client that counts otherwise, and has another password: it cannot tell.
	c := msnptest.NewClient(msnptest.ClientConfig{Handle: "alice@example.com", Password: "other", TrIDs: msnptest.Huge})
	defer c.Close()
	must(t, c.SignIn(ctx, l.Addr().String()))
	roster, err := c.Sync(ctx, 0)
	must(t, err)
	if s := fmt.Sprint(roster); !strings.Contains(s, "bob@example.com") {
		t.Errorf("the roster is %s", s)
	}
	must(t, c.SetStatus(ctx, "NLN"))
	_, err = c.AddGroup(ctx, "Chess")
	must(t, err)
	must(t, c.Ping(ctx))
	must(t, c.SignOut(ctx))
	r := <-done
	must(t, r.err)
	if r.report.Missed != 0 || r.report.Extra != 0 || len(r.report.Mishaps) != 0 || r.report.Connections != 2 {
		t.Errorf("%s\n%v", r.report, r.report.Mishaps)
	}
}

// What a client says after a challenge may come before or after what it was
// about to say anyway: each is answered under its own transaction id.
func TestServersPartInAnotherOrder(t *testing.T) {
	rec := replay.NewRecording()
	for i, line := range []string{"> VER 1 MSNP7", "< VER 1 MSNP7", "> ADG 2 Chess 0", "> CHG 3 NLN", "< ADG 2 1 Chess 0", "< CHG 3 NLN"} {
		e := event.Event{ID: int64(i + 1), Connection: 1, Kind: event.Command, Role: decode.RoleNS, Raw: []byte(line[2:] + "\r\n"), Line: len(line) - 2, Body: len(line), Dir: decode.C2S}
		if line[0] == '<' {
			e.Dir = decode.S2C
		}
		e.TrID = decode.TrID(e.Raw[:e.Line], e.Dir, decode.AssumedDialect)
		must(t, rec.Add(&e))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan error)
	go func() {
		_, err := replay.Server{}.Serve(t.Context(), l, rec)
		done <- err
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(conn)
	for _, c := range [][2]string{{"VER 1 MSNP7", "VER 1 MSNP7"}, {"CHG 7 NLN", "CHG 7 NLN"}, {"ADG 8 Chess 0", "ADG 8 1 Chess 0"}} {
		_, err := conn.Write([]byte(c[0] + "\r\n"))
		must(t, err)
		if got, err := in.ReadString('\n'); err != nil || got != c[1]+"\r\n" {
			t.Fatalf("%s is answered %q, %v", c[0], got, err)
		}
	}
	conn.Close()
	must(t, <-done)
}

// A server that takes nothing more is no reason not to end.
func TestEndedWhileTalking(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	rec := replay.NewRecording()
	said := append([]byte("MSG 1 N 4000000\r\n"), make([]byte, 4_000_000)...)
	for i := range int64(10) {
		must(t, rec.Add(&event.Event{ID: i + 1, Kind: event.Command, Connection: 1, Role: decode.RoleNS, Dir: decode.C2S, TrID: 1, Raw: said, Line: 15, Body: 17}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := replay.Client{To: l.Addr().String()}.Play(ctx, rec)
		ended <- err
	}()
	conn, err := l.Accept()
	must(t, err)
	defer conn.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
		conn.Close()
		<-ended
	}
}

func TestMishaps(t *testing.T) {
	rec := recorded(t, "alice@example.com", func(ctx context.Context, address string) { signIn(t, ctx, address) })
	t.Run("wrong password", func(t *testing.T) {
		server := startServer(t)
		report, err := replay.Client{To: server.DispatchAddr(), Passwords: map[string]string{"alice@example.com": "wrong"}, Wait: time.Second}.Play(t.Context(), rec)
		must(t, err)
		if report.Missed == 0 || !strings.Contains(fmt.Sprint(report.Mishaps), "the server answers 911") {
			t.Errorf("%s\n%v", report, report.Mishaps)
		}
	})
	t.Run("no password", func(t *testing.T) {
		server := startServer(t)
		report, err := replay.Client{To: server.DispatchAddr(), Wait: time.Second}.Play(t.Context(), rec)
		must(t, err)
		if !strings.Contains(fmt.Sprint(report.Mishaps), "--password-file") {
			t.Errorf("%v", report.Mishaps)
		}
	})
	t.Run("told as it happens, without secrets", func(t *testing.T) {
		var told []replay.Passed
		client := replay.Client{To: startServer(t).DispatchAddr(), Passwords: map[string]string{"alice@example.com": "wrong"}, Wait: time.Second,
			Watch: func(p replay.Passed) { told = append(told, p) }}
		_, err := client.Play(t.Context(), rec)
		must(t, err)
		var digests, refused, silent int
		for _, p := range told {
			if p.Dir == decode.C2S && strings.Contains(p.Then, " MD5 S ") {
				digests++
				if !strings.Contains(p.Then, "****") || !strings.Contains(p.Now, "****") {
					t.Errorf("a digest is told: %+v", p)
				}
			}
			if strings.HasPrefix(p.Now, "911 ") && strings.HasPrefix(p.Then, "USR ") && p.Event != 0 && p.Dir == decode.S2C && strings.Contains(p.Why, "the server answers 911") {
				refused++
			}
			if p.Now == "" && p.Then != "" && p.Why != "" {
				silent++
			}
		}
		if digests == 0 || refused != 1 || silent == 0 {
			t.Errorf("%d digests, %d refusals, %d missed in %+v", digests, refused, silent, told)
		}
	})
	t.Run("a client that comes again", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan *replay.Report)
		go func() {
			report, err := replay.Server{}.Serve(ctx, l, rec)
			if err != nil {
				t.Error(err)
			}
			done <- report
		}()
		for again := true; again; { // until no connection is left to play
			conn, err := net.Dial("tcp", l.Addr().String())
			must(t, err)
			_, err = io.WriteString(conn, "VER 1 MSNP7 CVR0\r\n")
			must(t, err)
			_, err = conn.Read(make([]byte, 1))
			again = err == nil
			defer conn.Close() // not before: the last one to go ends the run
		}
		cancel()
		if report := <-done; !strings.Contains(fmt.Sprint(report.Mishaps), "was recorded that has not been played already") {
			t.Errorf("%v", report.Mishaps)
		}
	})
	t.Run("an address that is not allowed", func(t *testing.T) {
		server := startServer(t)
		no := errors.New("not there")
		var asked []string
		client := replay.Client{To: server.DispatchAddr(), Allow: func(a netip.AddrPort) error { asked = append(asked, a.String()); return no }}
		if _, err := client.Play(t.Context(), rec); !errors.Is(err, no) || fmt.Sprint(asked) != "["+server.DispatchAddr()+"]" {
			t.Error(err, asked)
		}
	})
	t.Run("no server", func(t *testing.T) {
		if _, err := (replay.Client{To: "127.0.0.9:1"}).Play(t.Context(), rec); err == nil {
			t.Error("no error without a server")
		}
	})
	t.Run("nothing", func(t *testing.T) {
		if _, err := (replay.Client{To: "127.0.0.9:1"}).Play(t.Context(), replay.NewRecording()); !errors.Is(err, replay.ErrEmpty) {
			t.Error(err)
		}
	})
}

// FuzzPlay has any bytes stand for what a server said and says: a replay ends,
// and never fails in another way than with a mishap.
func FuzzPlay(f *testing.F) {
	f.Add("VER 1 MSNP7 CVR0\r\n", "XFR 2 NS 127.0.0.9:1 0 x\r\n", "USR 3 MD5 S 1\r\nRNG 1 a CKI b c d\r\n911\r\n")
	f.Add("USR 1 a@b 1.2\r\nANS 1 a 1.2 3\r\nQRY 1 x 32\r\n0123456789abcdef0123456789abcdef", "CAL 1 RINGING\r\n", "CHL 0\r\n\r\n")
	f.Fuzz(func(t *testing.T, said, then, now string) {
		rec := replay.NewRecording()
		for dir, stream := range [2]string{said, then} {
			framer := decode.Framer{Dir: decode.Direction(dir)}
			framer.Feed([]byte(stream))
			framer.Close()
			var fr decode.Frame
			for framer.Next(&fr) {
				e := event.Event{Connection: 1, Dir: decode.Direction(dir), Raw: fr.Raw, Line: fr.Line, Body: fr.Body, TrID: -1}
				if fr.Kind == decode.FrameRaw {
					e.Kind = event.Raw
				} else {
					e.TrID = decode.TrID(fr.Raw[:fr.Line], e.Dir, 7)
				}
				must(t, rec.Add(&e))
			}
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		done := make(chan struct{})
		go func() {
			defer close(done)
			conn, err := l.Accept()
			if err == nil {
				io.WriteString(conn, now)
				conn.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, conn)
				conn.Close()
			}
		}()
		report, err := replay.Client{To: l.Addr().String(), Wait: 20 * time.Millisecond}.Play(t.Context(), rec)
		if err == nil && report.Said == 0 && len(report.Mishaps) == 0 {
			t.Error("nothing was said, and nothing was wrong")
		}
		l.Close()
		<-done
	})
}
