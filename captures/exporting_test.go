// This file exports the committed captures and reads the exports back.

package captures_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/decode"
)

var samples = []string{"testdata/goserver-netmsmgr.pcap", "testdata/escargot-amsn080-twisted-gtmess.pcap"}

// storeOf imports files.
func storeOf(t *testing.T, files ...string) *captures.Store {
	t.Helper()
	s, err := captures.Open(t.TempDir(), captures.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, f := range files {
		if _, err := s.Import(t.Context(), f, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func exported(t *testing.T, s *captures.Store, x captures.Export) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Export(t.Context(), &b, x); err != nil {
		t.Fatalf("%s: %v", x.Format, err)
	}
	return b.Bytes()
}

// reimported exports a store and imports that.
func reimported(t *testing.T, s *captures.Store, x captures.Export) *captures.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "again."+x.Format)
	if err := os.WriteFile(path, exported(t, s, x), 0o600); err != nil {
		t.Fatal(err)
	}
	return storeOf(t, path)
}

// commands lists the commands of a store by describe, each with the number of
// its connection in the order in which they speak.
func commands(t *testing.T, s *captures.Store, describe func(*event.Event) string) []string {
	t.Helper()
	numbers := map[int64]int{}
	var list []string
	err := s.Walk(t.Context(), captures.Scope{}, nil, func(e *event.Event) error {
		if e.Kind == event.Note {
			return nil
		}
		n, ok := numbers[e.Connection]
		if !ok {
			n = len(numbers)
			numbers[e.Connection] = n
		}
		list = append(list, fmt.Sprintf("%d %v %v %s", n, e.Dir, e.Kind, describe(e)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTranscriptsComeBack(t *testing.T) {
	for _, file := range samples {
		for _, format := range []string{"transcript", "arrows"} {
			for _, p := range []bool{false, true} {
				s := storeOf(t, file)
				raw := func(e *event.Event) string { return fmt.Sprintf("%q", e.Raw) }
				if p {
					raw = func(e *event.Event) string { return e.Cmd() }
				}
				want := commands(t, s, raw)
				got := commands(t, reimported(t, s, captures.Export{Format: format, Secrets: true, Pseudonymise: p}), raw)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s %s (-want +got):\n%s", file, format, d)
				}
			}
		}
	}
}

// A pseudonymised capture decodes to the same commands with the same latencies,
// on connections of the same roles joined to the same sessions.
func TestPseudonymisedCaptureDecodesTheSame(t *testing.T) {
	for _, file := range samples {
		s := storeOf(t, file)
		describe := func(e *event.Event) string {
			return fmt.Sprintf("%s %d %v %v %d %d %d", e.Cmd(), e.TrID, e.Role, e.Dialect, e.Session, e.Time, e.Latency)
		}
		want := commands(t, s, describe)
		again := reimported(t, s, captures.Export{Format: "pcapng", Pseudonymise: true})
		if d := cmp.Diff(want, commands(t, again, describe)); d != "" {
			t.Errorf("%s (-want +got):\n%s", file, d)
		}
		accounts := func(s *captures.Store) (n int) {
			seen := map[string]bool{}
			for _, x := range s.Sessions() {
				seen[x.Account] = true
			}
			return len(seen)
		}
		if a, b := accounts(s), accounts(again); a != b {
			t.Errorf("%s: %d accounts, after that %d", file, a, b)
		}
	}
}

var (
	word     = regexp.MustCompile(`[\p{L}\p{N}]{4,}`)
	base64s  = regexp.MustCompile(`[A-Za-z0-9+/]{8,}={0,2}`)
	percents = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	numbers  = regexp.MustCompile(`^[0-9][0-9 .+-]{6,}$`)
)

// originals are the words that name somebody or say something in a store.
func originals(t *testing.T, s *captures.Store) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	add := func(text string) {
		for _, w := range word.FindAllString(text, -1) {
			// A few digits come up by chance: an invented number may have them.
			if len(w) > 6 || strings.Trim(w, "0123456789") != "" {
				words[strings.ToLower(w)] = true
			}
		}
		if numbers.MatchString(text) { // a telephone number, a cookie: as a whole
			words[text] = true
		}
	}
	err := s.Walk(t.Context(), captures.Scope{}, nil, func(e *event.Event) error {
		if e.Kind != event.Command {
			return nil
		}
		a := e.Annotate()
		for _, p := range a.Params {
			switch p.Type {
			case decode.TypeHandle, decode.TypeNick, decode.TypeCookie, decode.TypeSecret:
				add(p.Value)
			}
		}
		if a.Payload == nil {
			return nil
		}
		if a.Payload.Type == "text/plain" {
			add(a.Payload.Text)
		}
		for _, h := range slices.Concat(a.Payload.Headers, a.Payload.Fields) {
			switch strings.ToLower(h.Name) {
			case "typinguser", "mspauth", "from", "from-addr", "subject", "application-file", "preferredemail":
				add(h.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// What the protocol and our explanations say anyway.
	for _, spec := range decode.Specs() {
		b, _ := json.Marshal(spec)
		for _, w := range word.FindAllString(string(b), -1) {
			delete(words, strings.ToLower(w))
		}
	}
	for _, w := range strings.Fields("hotmail example com this with that have file from hello test message text here true type name real play") {
		delete(words, w)
	}
	return words
}

// views are an export as it is and with what it hides decoded.
func views(b []byte) string {
	var all strings.Builder
	all.Write(b)
	text := percents.ReplaceAllStringFunc(string(b), func(s string) string {
		var c byte
		fmt.Sscanf(s, "%%%02x", &c)
		return string([]byte{c})
	})
	all.WriteString("\n" + text + "\n")
	for _, s := range base64s.FindAllString(string(b), -1) {
		if p, err := base64.StdEncoding.DecodeString(s); err == nil {
			all.Write(p)
			all.WriteByte('\n')
			all.WriteString(percents.ReplaceAllStringFunc(string(p), func(s string) string {
				var c byte
				fmt.Sscanf(s, "%%%02x", &c)
				return string([]byte{c})
			}))
		}
	}
	for shift := range 2 {
		for _, big := range []int{0, 1} {
			units := make([]uint16, 0, len(b)/2)
			for i := shift; i+1 < len(b); i += 2 {
				units = append(units, uint16(b[i+big])|uint16(b[i+1-big])<<8)
			}
			all.WriteString(string(utf16.Decode(units)))
		}
	}
	return strings.ToLower(all.String())
}

// Nothing of the people and texts of a capture is in a pseudonymised export.
func TestPseudonymisedExportsTellNothing(t *testing.T) {
	hostile := filepath.Join(t.TempDir(), "hostile.txt")
	if err := os.WriteFile(hostile, []byte(hostileLog), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range append(slices.Clone(samples), hostile) {
		s := storeOf(t, file)
		words := originals(t, s)
		if file == hostile {
			for _, w := range word.FindAllString(hostileLog, -1) {
				if strings.HasPrefix(w, "Zq") || strings.HasPrefix(w, "zq") {
					words[strings.ToLower(w)] = true
				}
			}
		}
		if file == hostile {
			if n := len(commands(t, s, (*event.Event).Cmd)); n != 30 {
				t.Errorf("%d commands were read", n)
			}
		}
		if len(words) < 10 {
			t.Fatalf("%s: only the words %v", file, words)
		}
		for _, f := range captures.ExportFormats() {
			b := views(exported(t, s, captures.Export{Format: f.Name, Pseudonymise: true}))
			found := map[string]bool{}
			for _, w := range word.FindAllString(b, -1) {
				found[w] = true
			}
			for w := range words {
				if found[w] || (strings.HasPrefix(w, "zq") || numbers.MatchString(w)) && strings.Contains(b, w) {
					t.Errorf("%s, %s: the word %q is in it", filepath.Base(file), f.Name, w)
				}
			}
		}
	}
}

// hostileLog has words in all the places that a person's words can be in; those
// looked for begin with zq.
var hostileLog = `
Client opens a connection to 64.4.13.58:1863.
C: VER 1 MSNP7 CVR0
S: VER 1 MSNP7 CVR0
C: INF 2
S: INF 2 MD5
C: CVR 9 0x0409 win 4.10 i386 ZqClient 4.6.0073 ZqLibrary zqcvr@zqdomain.org
C: USR 3 MD5 I zqalice@zqhost.org
S: USR 3 MD5 S zqchallenge123
C: USR 4 MD5 S zqdigest99
S: USR 4 OK ZQALICE@zqhost.org Zqalice%20Zq%C3%A9tta 1
S: XYZ 5 zqunknown zqwords
C: ZQW 5 zqunknown2
S: 911 5 zqerrorword
S: PRP 7 PHH 0049%20zqphone
S: PRP 7 MFN Zqproperty
S: LSG 7 1 1 0 Zqgroup%20Zqfriends 0
S: LST 7 FL 1 1 1 zqbob@zqhost.org Zqb%6fb 0 zqextra
S: ILN 6 NLN zqbob@zqhost.org %5aqbobby
S: NLN zqstatus zqbob@zqhost.org Zqbobagain
C: REA 8 zqbob@zqhost.org Zqrenamed%20Zqman
C: XFR 9 SB
S: XFR 9 SB zqswitch.zqhost.org:1863 CKI 12345.zqcookie
S: RNG zqsession9 64.4.12.1:1863 CKI zqcookie2.5 zqbob@zqhost.org Zqringer
S: URL 9 /zqpath/zq.asp http://zqurl.com/zq 2
C: SND 10 zqinvited@zqhost.org 0x0409 zqmore
` +
	message("S: MSG Hotmail Hotmail", "MIME-Version: 1.0\nContent-Type: text/x-msmsgsemailnotification; charset=UTF-8\n\n"+
		"From: Zqmailer\nSubject: =?UTF-8?B?WnFzdWJqZWN0?= Zqsubject\nFrom-Addr: zqmail@zqhost.org\n\n") +
	message("S: MSG zqbob@zqhost.org Zqb", "MIME-Version: 1.0\nContent-Type: text/plain; charset=zqcharset\n"+
		"X-MMS-IM-Format: FN=Zqfont; EF=B; CO=ff; ZQ=zqformat\nX-Zqheader: zqvalue\n zqfolded\nP4-Context: Zqcontext\n\n"+
		"Zqhello zqworld! zqs\u00fccond\nzqthird") +
	message("C: MSG 11 N", "Zqheaderless text without zqany") +
	message("S: MSG zqbob@zqhost.org Zqb", "MIME-Version: 1.0\nContent-Type: text/x-msmsgsinvite\n\nApplication-Name: zqapp\n"+
		"Application-File: zqfile.zqext\nIP-Address: 64.4.12.1\nAuthCookie: zqauth\nInvitation-Command: ZQINVITE\nZqfield: zqvalue2\n\n") +
	message("S: MSG zqbob@zqhost.org Zqb", "Content-Type: application/zqtype\n\nzqopaque body\nzqmore=zqother") +
	message("S: NOT", `<NOTIFICATION zqid="1">zqalert</NOTIFICATION>`)

// message is a command with its payload.
func message(line, payload string) string {
	payload += "\n"
	return fmt.Sprintf("%s %d\n%s", line, len(strings.ReplaceAll(payload, "\n", "\r\n")), payload)
}

func TestExportInEveryFormat(t *testing.T) {
	s := storeOf(t, samples...)
	for _, f := range captures.ExportFormats() {
		if b := exported(t, s, captures.Export{Format: f.Name}); len(b) < 1000 {
			t.Errorf("%s: %d bytes", f.Name, len(b))
		}
	}
}
