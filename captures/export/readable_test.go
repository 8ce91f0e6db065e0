// This file tests what people read: tables, chats and reports, with hostile
// words in them.

package export_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/decode"
)

// chat makes a chat of these commands; a payload stands behind "\n".
func chat(lines ...string) export.Source {
	var events []*event.Event
	for i, l := range lines {
		dir := decode.C2S
		if l[0] == '<' {
			dir = decode.S2C
		}
		line, payload, _ := strings.Cut(l[1:], "\n")
		if payload != "" {
			line = fmt.Sprintf("%s %d", line, len(payload))
		}
		e := command(1, int64(1004991247e9)+int64(i)*1e9, dir, line)
		e.Raw = append(e.Raw, payload...)
		e.ID, e.Session, e.Role, e.Account = int64(i+1), 1, decode.RoleSB, "alice@hotmail.com"
		events = append(events, e)
	}
	conn := &event.Connection{
		ID: 1, Session: 1, Role: decode.RoleSB, Chat: "17", Account: "alice@hotmail.com",
		Client: netip.MustParseAddrPort("10.0.0.9:1044"), Server: netip.MustParseAddrPort("64.4.13.58:1863"),
	}
	return export.Source{
		Walk: func(session int64, f func(*event.Event) error) error {
			for _, e := range events {
				if session != export.AllSessions && session != e.Session {
					continue
				}
				if err := f(e); err != nil {
					return err
				}
			}
			return nil
		},
		Connection: func(int64) *event.Connection { return conn },
		Sessions: func() []event.Session {
			return []event.Session{{ID: 1, Account: "alice@hotmail.com", Name: "<script>alert(1)</script>", Client: "\"><img src=x>"}}
		},
	}
}

const hello = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ff; CS=0; PF=22\r\n\r\n"

func write(t *testing.T, format string, src export.Source) string {
	t.Helper()
	var b bytes.Buffer
	if err := export.Write(&b, format, src, export.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestChat(t *testing.T) {
	got := write(t, "chat", chat(
		"<JOI bob@hotmail.com Bob%20B",
		">MSG 1 N\n"+hello+"hi\r\n20:00:00 <eve> forged \u202e\x1b[31m",
		"<MSG bob@hotmail.com Bob\nContent-Type: text/plain; charset=windows-1252\r\n\r\n\x93Gr\xfc\xdfe\x94",
		"<MSG bob@hotmail.com Bob\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: bob@hotmail.com\r\n\r\n\r\n",
		"<MSG bob@hotmail.com Bob\nContent-Type: text/x-msmsgsinvite\r\n\r\nApplication-File: a.txt\r\nInvitation-Command: INVITE\r\nInvitation-Cookie: 7\r\n\r\n",
		">MSG 2 N\nContent-Type: text/x-msmsgsinvite\r\n\r\nInvitation-Command: CANCEL\r\nInvitation-Cookie: 7\r\n\r\n",
		"<BYE bob@hotmail.com",
	))
	want := "-- chat 17 of alice@hotmail.com, connection 1, 2001-11-05 UTC --\n" +
		"20:14:07 * bob@hotmail.com (Bob B) joins\n" +
		"20:14:08 <alice@hotmail.com> hi\n" +
		"         | 20:00:00 <eve> forged �␛[31m\n" +
		"20:14:09 <bob@hotmail.com (Bob)> “Grüße”\n" +
		"20:14:11 * bob@hotmail.com (Bob) offers the file \"a.txt\" (invitation 7)\n" +
		"20:14:12 * alice@hotmail.com cancels (invitation 7)\n" +
		"20:14:13 * bob@hotmail.com (Bob) was typing, and sent nothing\n" +
		"20:14:13 * bob@hotmail.com (Bob) leaves\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// Calls and messages that the server refuses are followed by what it says.
func TestChatTellsOfRefusals(t *testing.T) {
	src := chat(">CAL 2 zed@hotmail.com", "<217 2", ">MSG 3 A\n"+hello+"hi", "<282 3")
	walk := src.Walk
	src.Walk = func(session int64, f func(*event.Event) error) error {
		return walk(session, func(e *event.Event) error {
			if e.Dir == decode.S2C {
				e.Answers = e.ID - 1
			}
			return f(e)
		})
	}
	want := "-- chat 17 of alice@hotmail.com, connection 1, 2001-11-05 UTC --\n" +
		"20:14:07 * alice@hotmail.com calls zed@hotmail.com\n" +
		"20:14:08 * alice@hotmail.com is told: error 217: the person is offline or does not take messages from the user\n" +
		"20:14:09 <alice@hotmail.com> hi\n" +
		"20:14:10 * alice@hotmail.com is told: error 282: the message is malformed\n"
	if got := write(t, "chat", src); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestCSV(t *testing.T) {
	got := write(t, "csv", chat(
		">USR 1 =HYPERLINK(\"x\") 17.4",
		">MSG 2 N\n"+hello+"=1+1",
		">MSG 3 N\n"+hello+"\t@SUM(1)\r\nsecond, \"line\"",
		"<NLN AWY bob@hotmail.com -Bob%0d%0a",
	))
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil || len(rows) != 5 || !strings.HasSuffix(got, "\r\n") {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, c := range export.Columns {
		if rows[0][i] != c {
			t.Errorf("column %d is %s, not %s", i, rows[0][i], c)
		}
	}
	text := func(row int) string { return rows[row][16] }
	if text(2) != "'=1+1" || text(3) != "⇥@SUM(1)\nsecond, \"line\"" {
		t.Errorf("texts %q and %q", text(2), text(3))
	}
	for _, r := range rows[1:] {
		for i, c := range r {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Errorf("%s %q is a formula", export.Columns[i], c)
			}
		}
		if strings.Contains(strings.Join(r, ""), "17.4") {
			t.Error("the cookie shows")
		}
	}
}

// The report's elements and attributes are ours alone, whatever people write.
func TestReportIsSafe(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=http://evil/ onerror=alert(1)>` + "\u202e\u2028\x00'&lt;"
	got := write(t, "html", chat(
		"<JOI bob@hotmail.com "+strings.ReplaceAll(evil, " ", "%20"),
		"<MSG <b>bob</b>@hotmail.com "+strings.ReplaceAll(evil, " ", "%20")+"\n"+
			strings.NewReplacer("Arial", "x');background:url(http://evil/)//", "ff;", "ff;background:url(x);").Replace(hello)+evil,
		">MSG 1 N\n"+strings.Replace(hello, "CO=ff", "CO=ffffff", 1)+"white :-)",
		">MSG 2 N\nContent-Type: text/x-msmsgsinvite\r\n\r\nApplication-Name: "+evil+"\r\nApplication-File: "+evil+"\r\nInvitation-Command: INVITE\r\nInvitation-Cookie: 1\r\n\r\n",
		">"+evil,
	))
	doc, err := html.Parse(strings.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	allowed := regexp.MustCompile(`^(html|head|meta|title|style|body|h1|h2|h3|p|table|thead|tbody|tr|th|td|a|div|span|b|i|bdi|pre|code|details|summary)$`)
	style := regexp.MustCompile(`^((font-family:'[A-Za-z0-9 ]+',sans-serif|color:#[0-9a-f]{6}|font-weight:bold|font-style:italic|text-decoration:[a-z -]+)(;|$))*$`)
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && strings.ContainsAny(n.Data, "\u202e\u2028\x00") {
			t.Errorf("text %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !allowed.MatchString(n.Data) {
			t.Errorf("element %s", n.Data)
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "class", "id", "dir", "lang", "colspan", "charset", "http-equiv", "name", "content":
			case "style":
				if !style.MatchString(a.Val) {
					t.Errorf("style %q", a.Val)
				}
			case "href":
				if !strings.HasPrefix(a.Val, "#s") {
					t.Errorf("link to %q", a.Val)
				}
			default:
				t.Errorf("attribute %s", a.Key)
			}
		}
	}
	for _, want := range []string{"default-src 'none'; style-src 'unsafe-inline'", "white :-)", "&lt;script&gt;", "color:#"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(got, "color:#ffffff") {
		t.Error("white on white")
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := export.Write(&bytes.Buffer{}, "doc", chat(), export.Options{}); err == nil {
		t.Error("doc is a format")
	}
}
