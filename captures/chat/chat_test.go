// This file tells chats from both sides and looks at their lines.

package chat_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/chat"
	"msnscope/captures/event"
	"msnscope/decode"
)

// play is a chat from a script. A line is "ms conn> command" or "ms conn<
// command", where conn is a letter (a alice's, b bob's, c carol's connection, C her next one);
// a payload stands behind "|", or is made of "text:" and "type:".
type play struct {
	t      testing.TB
	c      *chat.Chat
	events map[int64]*event.Event
	asked  map[string]int64 // by connection and transaction id
}

const capture = 3 * event.EventsPerCapture

func newPlay(t testing.TB, c *chat.Chat) *play {
	return &play{t, c, map[int64]*event.Event{}, map[string]int64{}}
}

func (p *play) tell(script string) *play {
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		var ms int64
		var who string
		if _, err := fmt.Sscanf(line, "%d %s", &ms, &who); err != nil {
			p.t.Fatalf("%q: %v", line, err)
		}
		_, rest, _ := strings.Cut(line, who+" ")
		p.event(ms, who[0], who[1] == '<', strings.ReplaceAll(rest, `\n`, "\r\n"))
	}
	return p
}

func (p *play) event(ms int64, who byte, s2c bool, text string) chat.Step {
	accounts := map[byte]string{'a': "alice@hotmail.com", 'b': "bob@hotmail.com", 'c': "carol@hotmail.com", 'C': "carol@hotmail.com"}
	e := &event.Event{
		ID: capture + int64(len(p.events)) + 1, Connection: 3*event.ConnectionsPerCapture + int64(who), Session: 1, Time: ms * 1e6,
		Role: decode.RoleSB, Dialect: 7, Account: accounts[who], TrID: -1,
	}
	if s2c {
		e.Dir = decode.S2C
	}
	p.events[e.ID] = e
	command, delivered, edited := strings.Cut(text, " =>")
	e.Raw, e.Line = raw(command)
	e.Body = e.Line + 2
	if edited {
		e.Delivered = []byte{}
		if delivered != "" {
			e.Delivered, _ = raw(strings.TrimSpace(delivered))
		}
	}
	switch {
	case strings.HasPrefix(text, "gap"):
		e.Kind, e.Raw, e.Missing = event.Gap, nil, 100
		return p.c.Feed(e, nil)
	case strings.HasPrefix(text, "raw"):
		e.Kind, e.Text = event.Raw, "no command"
		return p.c.Feed(e, nil)
	case strings.HasPrefix(text, "injects "):
		own, _ := raw(strings.TrimPrefix(command, "injects "))
		e.Kind, e.Raw, e.Note, e.Text = event.Note, nil, event.NoteInjected, event.InjectedComment(e.Dir, own, "a test").Text
		return p.c.Feed(e, nil)
	case strings.HasPrefix(text, "note"):
		e.Kind, e.Raw, e.Note, e.Text = event.Note, nil, "bypassed", "a test"
		return p.c.Feed(e, nil)
	case strings.HasPrefix(text, "RNG"):
		e.Role = decode.RoleNS
	}
	e.TrID = decode.TrID(e.Raw[:e.Line], e.Dir, 7)
	key := fmt.Sprint(who, e.TrID)
	if e.Dir == decode.C2S {
		p.asked[key] = e.ID
	} else if asked := p.asked[key]; e.TrID > 0 && asked != 0 {
		e.Answers, e.Latency = asked, e.Time-p.events[asked].Time
	}
	a := e.Annotate()
	return p.c.Feed(e, &a)
}

// raw makes the bytes of a command; the length of its payload is put in.
func raw(text string) (b []byte, line int) {
	command, payload, has := strings.Cut(text, "|")
	if !has {
		return []byte(command + "\r\n"), len(command)
	}
	kind, body, _ := strings.Cut(payload, ":")
	head := "MIME-Version: 1.0\r\nContent-Type: "
	switch kind {
	case "text":
		payload = head + "text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Comic%20Sans%20MS; EF=BU; CO=80ff; CS=0; PF=42; RL=1\r\n\r\n" + body
	case "typing":
		payload = head + "text/x-msmsgscontrol\r\nTypingUser: " + body + "\r\n\r\n\r\n"
	case "invite":
		payload = head + "text/x-msmsgsinvite; charset=UTF-8\r\n\r\n" + body + "\r\n"
	case "data":
		payload = head + body + "\r\n\r\n"
	}
	command += fmt.Sprintf(" %d", len(payload))
	return []byte(command + "\r\n" + payload), len(command)
}

// String writes the lines down: "12 message alice: hi [delivered 7ms] typing #3".
func (p *play) String() string {
	var b strings.Builder
	r := chat.Reader{Event: func(id int64) (*event.Event, error) {
		if e := p.events[id]; e != nil {
			return e, nil
		}
		return nil, errors.New("no such event")
	}}
	name := func(handle string) string { s, _, _ := strings.Cut(handle, "@"); return s }
	for i := p.c.First; i < p.c.Total(); i++ {
		row, err := r.Read(p.c, i)
		if err != nil {
			p.t.Error(err)
		}
		fmt.Fprintf(&b, "#%d %s %s", row.Event-capture, row.Kind, name(row.Who))
		if row.Whom != "" {
			b.WriteString(" " + name(row.Whom))
		}
		if row.Text+row.Words != "" {
			b.WriteString(": " + row.Text + row.Words)
		}
		if row.Count > 0 {
			fmt.Fprintf(&b, " (%d)", row.Count)
		}
		if row.State != "" {
			fmt.Fprintf(&b, " [%s]", row.State)
		}
		for _, x := range []struct {
			word string
			id   int64
		}{{"answer", row.Answer}, {"seen", row.Seen}, {"typing", row.Typing}} {
			if x.id != 0 {
				fmt.Fprintf(&b, " %s #%d", x.word, x.id-capture)
			}
		}
		if row.Latency != 0 {
			fmt.Fprintf(&b, " %dms", row.Latency/1000)
		}
		if row.Change != "" {
			fmt.Fprintf(&b, " %s", strings.TrimSpace(row.Change+" "+row.Delivered))
		}
		if row.Idle {
			b.WriteString(" idle")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (p *play) wants(want string) {
	p.t.Helper()
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if d := cmp.Diff(strings.Join(lines, "\n")+"\n", p.String()); d != "" {
		p.t.Errorf("(-want +got):\n%s", d)
	}
}

// What alice's connection and bob's show is told once.
func TestBothSides(t *testing.T) {
	newPlay(t, chat.New()).tell(`
		0    a> USR 1 alice@hotmail.com 17.4
		10   a< USR 1 OK alice@hotmail.com Alice
		20   a> CAL 2 bob@hotmail.com
		30   a< CAL 2 RINGING 17
		35   b< RNG 17 64.4.13.58:1863 CKI 1.2 alice@hotmail.com Alice
		40   b> ANS 1 bob@hotmail.com 1.2 17
		50   b< IRO 1 1 1 alice@hotmail.com Alice
		51   b< ANS 1 OK
		52   a< JOI bob@hotmail.com Bob
		60   a> MSG 3 U|typing:alice@hotmail.com
		65   b< MSG alice@hotmail.com Alice|typing:alice@hotmail.com
		100  a> MSG 4 A|text:hi
		110  b< MSG alice@hotmail.com Alice|text:hi
		120  a< ACK 4
		130  a> MSG 5 N|text:hi
		140  b< MSG alice@hotmail.com Alice|text:hi
		150  b> MSG 2 U|typing:bob@hotmail.com
		160  b> MSG 3 N|text:hi
		170  a< MSG bob@hotmail.com Bob|typing:bob@hotmail.com
		180  a< MSG bob@hotmail.com Bob|text:hi
		190  b> OUT
		200  a< BYE bob@hotmail.com
	`).wants(`
		#2 opened alice
		#3 invited alice bob [ringing] answer #4 seen #5 10ms
		#8 joined bob seen #9
		#12 message alice: hi [delivered] answer #14 seen #13 typing #10 20ms
		#15 message alice: hi [on failure] seen #16
		#18 message bob: hi [on failure] seen #20 typing #17
		#21 left bob seen #22
	`)
}

// One side alone, from the middle of a chat; somebody comes back.
func TestOneSide(t *testing.T) {
	p := newPlay(t, chat.New()).tell(`
		0     b< RNG 17 64.4.13.58:1863 CKI 1.2 alice@hotmail.com Alice
		10    b> ANS 1 bob@hotmail.com 1.2 17
		20    b< IRO 1 1 2 alice@hotmail.com Alice
		21    b< IRO 1 2 2 carol@hotmail.com Carol
		22    b< ANS 1 OK
		100   b< MSG alice@hotmail.com Alice%20A|text:hi
		200   b< MSG alice@hotmail.com Alice%20A|text:hi
		300   b< BYE carol@hotmail.com 1
		400   b< JOI carol@hotmail.com Carol
		500   b< MSG carol@hotmail.com Carol|typing:carol@hotmail.com
		600   b< BYE carol@hotmail.com
		700   b> CAL 2 dave@hotmail.com
		710   b< 217 2
		800   b> MSG 3 N|text:anybody?
		810   b< NAK 3
		900   b> MSG 4 A|text:lost
		1000  b< MSG alice@hotmail.com Alice|typing:alice@hotmail.com
		40000 b< 800 9
	`)
	p.wants(`
		#1 invited alice bob [ringing]
		#3 here alice
		#4 here carol
		#5 joined bob
		#6 message alice: hi
		#7 message alice: hi
		#8 left carol idle
		#9 joined carol
		#10 typed carol typing #10
		#11 left carol
		#12 invited bob dave: error 217: the person is offline or does not take messages from the user [refused] answer #13 10ms
		#14 message bob: anybody? [not delivered] answer #15 10ms
		#16 message bob: lost [waiting]
		#17 typed alice typing #17
		#18 refused bob: error 800: the user makes changes too fast
	`)
	if got := p.c.Present(5); len(got) != 3 {
		t.Errorf("after line 5 there are %v of %v", got, p.c.People)
	}
	if got := p.c.Present(6); len(got) != 2 {
		t.Errorf("after line 6 there are %v", got)
	}
	for id, line := range map[int64]int{1: 0, 2: 0, 6: 4, 13: 10, 15: 11, 99: 14} {
		if got := p.c.At(capture + id); got != line {
			t.Errorf("event %d is on line %d, not %d", id, got, line)
		}
	}
}

// Who comes back to a chat by another connection says and hears the same again.
func TestComesBack(t *testing.T) {
	newPlay(t, chat.New()).tell(`
		0    c> ANS 1 carol@hotmail.com 1.2 17
		10   c< IRO 1 1 1 alice@hotmail.com Alice
		11   c< ANS 1 OK
		100  c> MSG 2 N|text:hi
		200  c< MSG alice@hotmail.com Alice|text:hello
		300  c> OUT
		1000 C> ANS 1 carol@hotmail.com 1.3 17
		1010 C< IRO 1 1 1 alice@hotmail.com Alice
		1011 C< ANS 1 OK
		1100 C> MSG 2 N|text:hi
		1200 C< MSG alice@hotmail.com Alice|text:hello
		1300 C> OUT
	`).wants(`
		#2 here alice
		#3 joined carol
		#4 message carol: hi [on failure]
		#5 message alice: hello
		#6 left carol
		#9 joined carol
		#10 message carol: hi [on failure]
		#11 message alice: hello
		#12 left carol
	`)
}

// A server may end the connection, or repeat the OUT of the client.
func TestServerEnds(t *testing.T) {
	newPlay(t, chat.New()).tell(`
		0   a> USR 1 alice@hotmail.com 17.4
		10  a< USR 1 OK alice@hotmail.com Alice
		20  b> ANS 1 bob@hotmail.com 1.2 17
		30  b< ANS 1 OK
		40  a< JOI bob@hotmail.com Bob
		50  b> OUT
		60  b< OUT
		70  a< BYE bob@hotmail.com
		80  a< OUT
	`).wants(`
		#2 opened alice
		#4 joined bob seen #5
		#6 left bob seen #8
		#9 left alice
	`)
}

func TestFileOffer(t *testing.T) {
	const cookie = `Invitation-Cookie: 7`
	newPlay(t, chat.New()).tell(`
		0   a> MSG 1 N|invite:Application-Name: Dateien\nApplication-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\nInvitation-Command: INVITE\n` + cookie + `\nApplication-File: a.txt\nApplication-FileSize: 12\n
		10  b< MSG alice@hotmail.com Alice|invite:Application-Name: Dateien\nApplication-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\nInvitation-Command: INVITE\n` + cookie + `\nApplication-File: a.txt\nApplication-FileSize: 12\n
		20  b> MSG 2 N|invite:Invitation-Command: CANCEL\n` + cookie + `\nCancel-Code: REJECT\n
		30  a< MSG bob@hotmail.com Bob|invite:Invitation-Command: CANCEL\n` + cookie + `\nCancel-Code: REJECT\n
	`).wants(`
		#1 invitation alice: offers the file "a.txt", 12 bytes (invitation 7) [declined] answer #3 seen #2
		#3 invitation bob: cancels: declined (invitation 7) [on failure] seen #4
	`)
}

func TestWhatTheProxyDid(t *testing.T) {
	newPlay(t, chat.New()).tell(`
		0   a> MSG 1 N|text:one => MSG 1 N|text:two
		10  b< MSG alice@hotmail.com Alice|text:two
		20  a> MSG 2 N|text:gone =>
		21  a> MSG 3 N|text:kept
		22  b< MSG alice@hotmail.com Alice|text:kept => MSG alice@hotmail.com Alice|text:changed
		30  a> gap
		40  a> raw
		41  a> raw
		50  a> note
		60  b< MSG alice@hotmail.com Alice|data:text/x-keepalive
		61  b< MSG alice@hotmail.com Alice|data:text/x-keepalive
		62  b< MSG alice@hotmail.com Alice|data:text/x-clientcaps
	`).wants(`
		#1 message alice: one [on failure] seen #2 edited two
		#3 message alice: gone [on failure] dropped
		#4 message alice: kept [on failure] seen #5 edited changed
		#6 gap alice: 100 bytes missing from the capture
		#7 raw alice: 5 bytes: no command (2) answer #8
		#9 note alice: bypassed: a test
		#10 data alice: Alice: keeps the chat open (2) answer #11
		#12 data alice: Alice: says what program it is: ?
	`)
}

func TestWhatTheProxySaid(t *testing.T) {
	newPlay(t, chat.New()).tell(`
		0   b< injects MSG alice@hotmail.com Alice|text:to bob alone
		10  a> injects MSG 9 A|text:as alice
		11  b< MSG alice@hotmail.com Alice|text:as alice
		20  b< MSG alice@hotmail.com Alice|text:heard first
		21  a> injects MSG 10 A|text:heard first
		30  a> MSG 2 N|text:as alice
		40  a> injects BYE alice@hotmail.com
	`).wants(`
		#1 message alice: to bob alone injected
		#2 message alice: as alice seen #3 injected
		#5 message alice: heard first seen #4 injected
		#6 message alice: as alice [on failure]
		#7 note alice: injected: c2s "BYE alice@hotmail.com\r\n", by a test
	`)
}

func TestLook(t *testing.T) {
	p := newPlay(t, chat.New()).tell(`0 a> MSG 1 N|text:hi`)
	r := chat.Reader{Event: func(id int64) (*event.Event, error) { return p.events[id], nil }}
	row, err := r.Read(p.c, 0)
	want := &chat.Look{Font: "Comic Sans MS", Effects: "BU", Colour: "#ff8000", Charset: "ANSI", Pitch: "Script, variable pitch", RTL: true,
		Raw: "FN=Comic%20Sans%20MS; EF=BU; CO=80ff; CS=0; PF=42; RL=1"}
	if d := cmp.Diff(want, row.Look); d != "" || err != nil {
		t.Error(err, d)
	}
}

// Who only writes down each line as it comes keeps few of them.
func TestStreamIsSmall(t *testing.T) {
	p := newPlay(t, chat.NewStream())
	for i := range int64(5000) {
		step := p.event(i, 'a', false, fmt.Sprintf("MSG %d N|text:%d", i, i))
		if step.From != step.Line || step.Line != int(i) {
			t.Fatalf("%d: %+v", i, step)
		}
	}
	if n := len(p.c.Lines); n > 600 || p.c.Total() != 5000 {
		t.Errorf("%d of %d lines", n, p.c.Total())
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte("a>CAL 2 bob@hotmail.com\nb<RNG 17 x CKI y alice@hotmail.com A\na<JOI bob@hotmail.com Bob\na>MSG 1 A|text:x\na<ACK 1"))
	f.Add([]byte("a<BYE x 1\na<IRO 1 1 1 a b\na<217 1\nb<MSG x y|invite:Invitation-Command: INVITE\\nInvitation-Cookie: 1\na>OUT\na>gap"))
	f.Fuzz(func(t *testing.T, script []byte) {
		p := newPlay(t, chat.New())
		for i, line := range strings.SplitN(string(script), "\n", 400) {
			if len(line) < 5 || strings.ContainsAny(line, "\r") {
				continue
			}
			p.event(int64(i)*7, line[0], line[1] == '<', strings.ReplaceAll(line[2:], `\n`, "\r\n"))
		}
		seen := map[int64]bool{}
		r := chat.Reader{Event: func(id int64) (*event.Event, error) { return p.events[id], nil }}
		for i := range p.c.Total() {
			row, err := r.Read(p.c, i)
			if err != nil || seen[row.Event] {
				t.Fatalf("line %d: event %d again, %v", i, row.Event, err)
			}
			seen[row.Event] = true
		}
	})
}
