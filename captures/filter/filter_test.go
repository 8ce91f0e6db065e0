// This file tests what filters select.

package filter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// command makes an event of a command as alice's connection shows it.
func command(dir decode.Direction, raw string) *event.Event {
	line := strings.IndexAny(raw, "\r\n")
	body := strings.IndexByte(raw, '\n') + 1
	e := &event.Event{
		Kind: event.Command, Dir: dir, Role: decode.RoleNS, Dialect: 7, Account: "alice@hotmail.com", Connection: 1000003, Session: 1000001,
		Raw: []byte(raw), Line: line, Body: body, TrID: decode.TrID([]byte(raw[:line]), dir, 7), Time: now.UnixNano(),
	}
	if words := strings.Fields(raw[:line]); words[0] == "MSG" {
		e.Role, e.Connection = decode.RoleSB, 1000004
	}
	return e
}

func message(head, payload string) string {
	return fmt.Sprintf("%s %d\r\n%s", head, len(payload), payload)
}

const (
	plain  = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Comic%20Sans%20MS; EF=B; CO=ff; CS=0; PF=22\r\n\r\n"
	typing = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: bob@hotmail.com\r\n\r\n\r\n"
)

// log is a log of events by name.
var log = func() map[string]*event.Event {
	l := map[string]*event.Event{
		"hello":    command(decode.C2S, message("MSG 12 A", plain+"Hello Bob, ÉTÉ! call 555-1234")),
		"heard":    command(decode.S2C, message("MSG bob@hotmail.com Bob%20(H)", plain+"hello alice")),
		"typing":   command(decode.S2C, message("MSG bob@hotmail.com Bob%20(H)", typing)),
		"away":     command(decode.S2C, "NLN AWY bob@hotmail.com Bob%20(H)\r\n"),
		"gone":     command(decode.S2C, "FLN bobby@passport.com\r\n"),
		"chg":      command(decode.C2S, "CHG 7 BRB\r\n"),
		"ping":     command(decode.C2S, "PNG\r\n"),
		"pong":     command(decode.S2C, "QNG\r\n"),
		"offline":  command(decode.S2C, "217 9\r\n"),
		"add":      command(decode.C2S, "ADD 15 FL carol@hotmail.com Carol 0\r\n"),
		"xfr":      command(decode.S2C, "XFR 8 SB 64.4.12.193:1863 CKI 16925950.1016955577.17693\r\n"),
		"odd":      command(decode.S2C, "ZZZ 1 2\r\n"),
		"raw":      {Kind: event.Raw, Raw: []byte("garbage \x00\xff\r\n"), Text: "no command", TrID: -1, Connection: 1000003, Role: decode.RoleNS, Account: "alice@hotmail.com", Partial: true},
		"gap":      {Kind: event.Gap, Missing: 1460, TrID: -1, Connection: 1000003},
		"opened":   {Kind: event.Note, Note: "opened", Text: "client 10.0.0.9:1044", TrID: -1, Connection: 1000005},
		"injected": {Kind: event.Command, Dir: decode.S2C, Delivered: []byte("QNG\r\n"), TrID: -1},
	}
	l["xfr"].Delivered = []byte("XFR 8 SB 127.0.0.1:1863 CKI 16925950.1016955577.17693\r\n")
	l["hello"].Delivered = []byte("MSG 12 A 0\r\n")
	l["ping"].Delivered = []byte{}
	l["offline"].Answers, l["offline"].Latency = 5, int64(250*time.Millisecond)
	l["pong"].Answers, l["pong"].Latency = 4, int64(20500*time.Microsecond)
	l["chg"].Time = time.Date(2001, 11, 5, 20, 14, 7, 500_000_000, time.UTC).UnixNano()
	l["away"].Time = time.Date(2001, 11, 6, 0, 5, 0, 0, time.UTC).UnixNano()
	l["gone"].Time = now.Add(-3 * time.Minute).UnixNano()
	chat := &event.Chat{ID: 1000004, Key: "16925950", People: []string{"alice@hotmail.com", "bob@hotmail.com"}}
	l["hello"].Chat, l["heard"].Chat = chat, chat
	for name, e := range l {
		e.Quiet = map[string]int64{"chg": 5e9, "offline": 3e9, "add": 0, "pong": 1e6}[name]
		if e.Quiet == 0 && name != "add" {
			e.Quiet = -1
		}
	}
	for i, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range l {
			if !yield(name) {
				return
			}
		}
	}) {
		l[name].ID = int64(i + 1)
	}
	return l
}()

func TestMatch(t *testing.T) {
	for _, tt := range []struct{ q, want string }{
		{"", "*"},
		{"cmd:MSG", "hello heard typing"},
		{"cmd:msg", "hello heard typing"},
		{"cmd:(PNG, QNG)", "ping pong"},
		{"cmd:?NG", ""},
		{"cmd:*ng", "ping pong"},
		{"cmd~/^.NG$/", "ping pong"},
		{"cmd!=MSG kind:command dir:c2s", "chg ping add"},
		{"cmd:217", "offline"},
		{"cmd:opened", "opened"},
		{"cmd:OPEN*", "opened"},
		{"dir:c2s cmd:MSG", "hello"},
		{"role:sb", "hello heard typing"},
		{"conn:sb", "hello heard typing"},
		{"conn:1000004", "hello heard typing"},
		{"conn:SB1000004", "hello heard typing"},
		{"conn:NS1000004", ""},
		{"conn:(sb, 1000005)", "hello heard typing opened"},
		{"conn>=1000005", "opened"},
		{"conn~/^S/", "hello heard typing"},
		{`role:"" kind:note`, "opened"},
		{"sess:1000001 cmd:PNG", "ping"},
		{"sess:2", ""},
		{"trid:7", "chg"},
		{"trid=7", "chg"},
		{"trid:7..9", "chg offline xfr"},
		{"trid:1*", "add hello odd"},
		{"id:1", "add"},
		{"id<3", "add away"},
		{"from:alice", "add chg hello ping raw"},
		{"from:bob", "away heard typing"},
		{"to:alice cmd:MSG", "heard typing"},
		{"to:carol", "add"},
		{"acc:bob", "away heard typing"},
		{"chat:16925950", "hello heard"},
		{"chat:1692*", "hello heard"},
		{"chat:1000004", "hello heard"},
		{"chat:bob", "hello heard"},
		{"chat:BOB@hotmail.com cmd:MSG dir:c2s", "hello"},
		{"chat=bob", ""},
		{"chat~/^carol@/", ""},
		{"chat:(carol, alice)", "hello heard"},
		{"chat!=16925950 cmd:MSG", "typing"},
		{"gap>2s", "chg offline"},
		{"gap:5s", "chg"},
		{"gap:..1ms", "add pong"},
		{"gap>=0s cmd:ADD", "add"},
		{"acc:bob*", "away gone heard typing"},
		{"acc:*@passport.com", "gone"},
		{"acc:Bob@Hotmail.com", "away heard typing"},
		{"acc=bob", ""},
		{"acc=BOB@hotmail.com", "away heard typing"},
		{"acc~/^bob/", "away gone heard typing"},
		{"nick:bob", "away heard typing"},
		{`nick="Bob (H)"`, "away heard typing"},
		{"nick:carol", "add"},
		{"text:hello", "hello heard"},
		{"text:HELLO", "hello heard"},
		{"text:été", "hello"},
		{"text:h*alice", "heard"},
		{`text:"h*alice"`, ""},
		{`text="hello alice"`, "heard"},
		{`text=hello`, ""},
		{`text~/\b\d{3}-\d{4}\b/`, "hello"},
		{`text~/^hello/i`, "hello heard"},
		{`text:(555, alice)`, "hello heard"},
		{"text:10.0.0.9", "opened"},
		{`raw:"%20(h)"`, "away heard typing"},
		{`raw=ping`, ""},
		{`raw="PNG\r\n"`, "ping"},
		{`raw~/^[QP]NG/`, "ping pong"},
		{`hex:"00 ff"`, "raw"},
		{`hex=504e470d0a`, "ping"},
		{"header.content-type:text/x-*", "typing"},
		{"header.CONTENT-TYPE:TEXT/plain", "hello heard"},
		{"header.typinguser=bob@hotmail.com", "typing"},
		{"header.mime-version:*", "hello heard typing"},
		{`font:"comic sans"`, "hello heard"},
		{"status:AWY", "away"},
		{"status:away", "away"},
		{"status:(AWY, brb, 217)", "away chg offline"},
		{"status:offline", "gone"},
		{"status>=200", "offline"},
		{"status:2*", "offline"},
		{"status~/^2|AWY/", "away offline"},
		{"code:217", "offline"},
		{"code:200..216", ""},
		{"list:FL", "add"},
		{"size:5", "ping pong"},
		{"size>1k", "gap"},
		{"size<6", "ping pong injected"},
		{"payload>100", "hello heard"},
		{"payload>0 payload<100", "typing"},
		{"lat>200ms", "offline"},
		{"lat:20ms", "pong"},
		{"lat=20ms", ""},
		{"lat:20.5ms", "pong"},
		{"lat:10ms..1s", "offline pong"},
		{"lat<=20.5ms", "pong"},
		{"time:2001-11-06", "away"},
		{"time:20:14", "chg"},
		{"time:20:14:07", "chg"},
		{"time:20:14:07.5", "chg"},
		{"time:20:14:07.4", ""},
		{"time:20:10..20:14", "chg"},
		{"time:23:50..00:10 kind:command -is:injected", "away"},
		{"time:2001-11-05T20:14..20:27", "chg gone"},
		{"time>2001-11-05 ", "away"},
		{"time>2001-11-05T20:30", "away"},
		{"time<=2001-11-05T20:27 cmd:*", "chg gone opened"},
		{"time>=2001-11-05T20:27 time<2001-11-05T20:30", "gone"},
		{"time:-5m..-1m", "gone"},
		{"time>23:59", ""},
		{"time<00:00", ""},
		{"is:error", "offline"},
		{"is:typing", "typing"},
		{"is:rewritten", "hello injected ping xfr"},
		{"is:edited", "hello"},
		{"is:dropped", "ping"},
		{"is:injected", "injected"},
		{"is:raw", "raw"},
		{"is:gap", "gap"},
		{"is:note", "opened"},
		{"is:partial", "raw"},
		{"is:unknown", "odd"},
		{"is:answer", "offline pong"},
		{"has:payload", "hello heard typing"},
		{"has:latency", "offline pong"},
		{"has:delivered dir:c2s", "hello ping"},
		{"kind:raw or kind:gap", "raw gap"},
		{"kind:(raw, gap)", "raw gap"},
		{"garbage", "raw"},
		{`"no command"`, "raw"},
		{"client", "opened"},
		{"away", "away"}, // only the summary says so
		{"comic", "hello heard"},
		{"/BRB/", "chg"},
		{"/brb/", ""},
		{"/brb/i", "chg"},
		{"-kind:command", "raw gap opened"},
		{"-(kind:command or is:gap)", "raw opened"},
		{"not (cmd:MSG or cmd:*) kind:gap", "gap"},
		{"(cmd:PNG or cmd:QNG) dir:s2c", "pong"},
		{"cmd:PNG or cmd:QNG dir:s2c", "ping pong"},
	} {
		q, err := ParseAt(tt.q, now)
		if err != nil {
			t.Errorf("%s: %v", tt.q, err)
			continue
		}
		want := strings.Fields(tt.want)
		if tt.want == "*" {
			want = nil
			for name := range log {
				want = append(want, name)
			}
		}
		var got []string
		for name, e := range log {
			if q.Match(e) {
				got = append(got, name)
				checkNeed(t, q, e)
			}
			checkJudged(t, q, name, e)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", tt.q, got, want)
		}
	}
}

// checkNeed checks that a selected event is what the query says it must be.
func checkNeed(t *testing.T, q *Query, e *event.Event) {
	t.Helper()
	if names, ok := q.Commands(); ok && !slices.Contains(names, e.Cmd()) {
		t.Errorf("%s selects the command %q, not one of %q", q, e.Cmd(), names)
	}
	if ids, ok := q.Connections(); ok && !slices.Contains(ids, e.Connection) {
		t.Errorf("%s selects connection %d, not one of %d", q, e.Connection, ids)
	}
	if from, to := q.Times(); e.Time < from || e.Time > to {
		t.Errorf("%s selects time %d, not %d to %d", q, e.Time, from, to)
	}
	if names, ok := q.Handles(); ok && !slices.ContainsFunc(names, func(name string) bool {
		return strings.Contains(strings.ToLower(e.Account+" "+string(e.Raw[:e.Line])), name)
	}) {
		t.Errorf("%s selects %q of %s, with none of %q", q, e.Raw, e.Account, names)
	}
	if lists, ok := q.Says(); ok && !slices.ContainsFunc(lists, func(words []string) bool {
		for _, w := range words {
			if !strings.Contains(strings.ToLower(e.Text+string(e.Raw)), w) {
				return false
			}
		}
		return true
	}) {
		t.Errorf("%s selects %q %s, with not all of one of %q", q, e.Raw, e.Text, lists)
	}
}

func TestNeed(t *testing.T) {
	for _, tt := range []struct {
		q        string
		commands string // "-": any
		conns    string
	}{
		{"", "-", "-"},
		{"cmd:MSG", "[MSG]", "-"},
		{"cmd:msg or cmd=PNG", "[MSG PNG]", "-"},
		{"cmd:MSG or text:x", "-", "-"},
		{"cmd:MSG text:x conn:5", "[MSG]", "[5]"},
		{"cmd:M*", "-", "-"},
		{"-cmd:MSG", "-", "-"},
		{"cmd!=MSG", "-", "-"},
		{"cmd:MSG cmd:PNG", "[]", "-"},
		{"cmd:(MSG, opened)", "-", "-"},
		{"conn:(5, SB7)", "-", "[5 7]"},
		{"conn:(5, sb)", "-", "-"},
		{"status>=200 dir:s2c", "-", "-"},
		{"status:911", "[911]", "-"},
		{"status:(911, 217)", "[911 217]", "-"},
		{"status:(911, AWY)", "[911 CHG ILN NLN FLN]", "-"},
		{"is:error or code:911", "-", "-"},
		{"is:error or cmd:MSG", "-", "-"},
		{"is:typing", "[MSG]", "-"},
	} {
		q, err := ParseAt(tt.q, now)
		if err != nil {
			t.Fatal(err)
		}
		show := func(v any, ok bool) string {
			if !ok {
				return "-"
			}
			return fmt.Sprint(v)
		}
		names, ok := q.Commands()
		commands := show(names, ok)
		ids, ok := q.Connections()
		conns := show(ids, ok)
		if tt.q == "status:(911, AWY)" { // whatever commands the table gives a status
			if !slices.Contains(names, "911") || !slices.Contains(names, "NLN") || slices.Contains(names, "MSG") {
				t.Errorf("%s: %s", tt.q, commands)
			}
			continue
		}
		if commands != tt.commands || conns != tt.conns {
			t.Errorf("%s: commands %s, connections %s", tt.q, commands, conns)
		}
	}
	q, _ := ParseAt("time:2001-11-05T20:14 or time:-5m..-1m", now)
	from, to := q.Times()
	if got := time.Unix(0, from).UTC().Format(time.TimeOnly) + " " + time.Unix(0, to).UTC().Format(time.TimeOnly); got != "20:14:00 20:29:00" {
		t.Error(got)
	}
}

func TestNeedsText(t *testing.T) {
	for q, want := range map[string]bool{
		"": false, "cmd:MSG dir:c2s lat>1s": false, "status:911": false, "raw:x hex:00": false, "is:error": false,
		"status:AWY": true, "status:(911, AWY)": true, "hello": true, "cmd:MSG text:x": true, "acc:bob": true, "is:typing": true, "-nick:x": true,
	} {
		if query, err := Parse(q); err != nil || query.needsText != want {
			t.Errorf("%s: %t, %v", q, query.needsText, err)
		}
	}
}

func TestZeroQuery(t *testing.T) {
	for _, q := range []*Query{nil, {}} {
		if !q.Match(log["ping"]) || q.String() != "" || q != nil && q.needsText {
			t.Error("the empty query is not empty")
		}
		if _, ok := q.Commands(); ok {
			t.Error("the empty query wants commands")
		}
	}
}
