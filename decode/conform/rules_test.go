// This file has an example of each rule being broken, and one that comes near.

package conform

import (
	"slices"
	"strings"
	"testing"
)

// example is a rule with a script that breaks it and one that does not quite.
type example struct {
	code  string
	event int64 // that the note is about
	bad   string
	good  string
}

var cases = []example{
	{code: "ack-letter", event: 6, bad: chatting + "C= \"MSG 3 u 2\\r\\nhi\"", good: chatting + "C= \"MSG 3 U 2\\r\\nhi\""},
	{code: "address-invalid", event: 9, bad: visible + "S XFR 0 SB 0.0.0.0:1863 CKI 1.2", good: visible + "S XFR 0 NS 0"},
	{code: "address-invalid", event: 9, bad: visible + "S XFR 0 SB 10.0.0.1:0 CKI 1.2", good: visible + "S XFR 0 SB 10.0.0.1:1 CKI 1.2"},
	{code: "address-invalid", event: 9, bad: visible + "S RNG 17 10.0.0.300:1863 CKI 1.2 a@b.c A", good: visible + "S RNG 17 10.0.0.30:1863 CKI 1.2 a@b.c A"},
	{code: "address-name", event: 9, bad: visible + "S RNG 17 sb.example.com:1863 CKI 1.2 a@b.c A", good: visible + "S RNG 17 64.4.13.58:1863 CKI 1.2 a@b.c A"},
	{code: "address-private", event: 9, bad: "server 64.4.13.58\n" + visible + "S RNG 17 192.168.1.2:1863 CKI 1.2 a@b.c A", good: "server 192.168.1.1\n" + visible + "S RNG 17 192.168.1.2:1863 CKI 1.2 a@b.c A"},
	{code: "address-without-port", event: 9, bad: visible + "S RNG 17 64.4.13.58 CKI 1.2 a@b.c A", good: visible + "S RNG 17 [::1]:1863 CKI 1.2 a@b.c A"},
	{code: "after-out", event: 10, bad: visible + "C OUT\nC CHG 5 AWY", good: visible + "C OUT\nS NLN AWY a@b.c A"},
	{code: "after-referral", event: 5, bad: "C VER 1 MSNP7 CVR0\nS VER 1 MSNP7\nC USR 2 MD5 I me@example.com\nS XFR 2 NS 64.4.13.58:1863 0 64.4.13.1:1863\nC INF 3", good: "C VER 1 MSNP7 CVR0\nS VER 1 MSNP7\nC USR 2 MD5 I me@example.com\nS XFR 2 NS 64.4.13.58:1863 0 64.4.13.1:1863\nC OUT"},
	{code: "answer-unasked", event: 9, bad: visible + "S CHG 77 AWY", good: visible + "S ILN 0 AWY a@b.c A\nS ILN 4 AWY a@b.c A"},
	{code: "answer-without-trid", event: 8, bad: signIn + "C GTC 4 N\nS GTC N", good: signIn + "C GTC 4 N\nS GTC 4 5 N"},
	{code: "answer-words-missing", event: 9, bad: visible + "S NLN AWY", good: visible + "S NLN AWY a@b.c A"},
	{code: "before-sign-in", event: 5, bad: "C VER 1 MSNP7\nS VER 1 MSNP7\nC USR 2 MD5 I me@example.com\nS USR 2 MD5 S 1\nC SYN 3 0", good: "C VER 1 MSNP7\nS VER 1 MSNP7\nC CVR 2 0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 MSMSGS\nC PNG\nC OUT"},
	{code: "blank-line", event: 9, bad: visible + "C= \"\\r\\n\"", good: visible + "C PNG"},
	{code: "challenge-unanswered", event: 9, bad: visible + "S CHL 0 15570131571988941333\n+51s\nC PNG", good: visible + "S CHL 0 15570131571988941333\n+49s\nC PNG"},
	{code: "challenge-wrong", event: 10, bad: visible + "S CHL 0 15570131571988941333\nC= \"QRY 5 msmsgs@msnmsgr.com 32\\r\\n8f2f5a91b72102cd28355e9fc9000d6f\"", good: visible + "S CHL 0 15570131571988941333\nC= \"QRY 5 msmsgs@msnmsgr.com 32\\r\\n8f2f5a91b72102cd28355e9fc9000d6e\""},
	{code: "chat-before-sign-in", event: 2, bad: "C USR 1 me@example.com 17.4\nC CAL 2 bob@example.com", good: "C USR 1 me@example.com 17.4\nS USR 1 OK me@example.com Me\nC CAL 2 bob@example.com"},
	{code: "chat-while-hidden", event: 9, bad: signIn + "C CHG 4 HDN\nS CHG 4 HDN\nC XFR 5 SB", good: visible + "C XFR 5 SB"},
	{code: "chat-while-hidden", event: 7, bad: signIn + "C XFR 5 SB", good: signIn + "C CHG 4 NLN\nC XFR 5 SB"},
	{code: "command-unknown", event: 9, bad: visible + "C XYZ 5", good: visible + "C URL 5 INBOX"},
	{code: "error-code-unknown", event: 10, bad: visible + "C CHG 5 AWY\nS 599 5", good: visible + "C CHG 5 AWY\nS 500 5"},
	{code: "group-unknown", event: 12, bad: groups + "C ADD 5 FL a@b.c A 2", good: groups + "C ADD 5 FL a@b.c A 1\nC ADG 6 Two 0\nS ADG 6 10 Two 2 0\nC ADD 7 FL b@b.c B 2"},
	{code: "group-unknown", event: 14, bad: groups + "C RMG 5 1\nS RMG 5 10 1\nC REM 6 FL a@b.c 1", good: groups + "C RMG 5 1\nS RMG 5 10 1\nC REM 6 FL a@b.c 0"},
	{code: "group-unknown", event: 12, bad: groups + "S LST 4 FL 9 1 1 a@b.c A 0,3", good: signIn + "C ADD 5 FL a@b.c A 7"},
	{code: "join-self", event: 6, bad: chatting + "S JOI ME@example.com Me", good: chatting + "S JOI carol@example.com Me"},
	{code: "line-end-lf", event: 9, bad: visible + "C= \"PNG\\n\"", good: visible + "C= \"PNG \\r\\n\""},
	{code: "list-index", event: 9, bad: signIn + "C LST 4 AL\nS LST 4 AL 9 1 3 a@b.c A\nS LST 4 AL 9 3 3 a@b.c A", good: signIn + "C LST 4 AL\nS LST 4 AL 9 1 2 a@b.c A\nS LST 4 AL 9 2 2 b@b.c A\nC LST 5 AL\nS LST 5 AL 9 0 0"},
	{code: "list-index", event: 8, bad: signIn + "C LST 4 AL\nS LST 4 AL 9 3 2 a@b.c A", good: signIn + "C LST 4 AL\ngap\nS LST 4 AL 9 2 2 a@b.c A"},
	{code: "list-index", event: 3, bad: "C ANS 1 me@example.com 1.2 3\nS IRO 1 1 2 a@b.c A\nS IRO 1 2 3 b@b.c B", good: "C ANS 1 me@example.com 1.2 3\nS IRO 1 1 2 a@b.c A\nS IRO 1 2 2 b@b.c B"},
	{code: "list-unfinished", event: 10, bad: signIn + "C LST 4 AL\nS LST 4 AL 9 1 2 a@b.c A\nC LST 5 AL\nS LST 5 AL 9 1 1 a@b.c A", good: signIn + "C LST 4 AL\nS LST 4 AL 9 1 2 a@b.c A\nC LST 5 BL\nS LST 5 BL 9 1 1 a@b.c A"},
	{code: "list-unknown", event: 7, bad: signIn + "C ADD 4 XL a@b.c A", good: signIn + "C ADD 4 BL a@b.c A"},
	{code: "message-after-leave", event: 7, bad: chatting + "S BYE bob@example.com\nC= \"MSG 3 U 2\\r\\nhi\"", good: chatting + "S JOI carol@example.com C\nS BYE bob@example.com\nC= \"MSG 3 U 2\\r\\nhi\""},
	{code: "message-before-join", event: 3, bad: "C USR 1 me@example.com 17.4\nS USR 1 OK me@example.com Me\nC= \"MSG 3 U 2\\r\\nhi\"", good: "midstream\nC= \"MSG 3 U 2\\r\\nhi\""},
	{code: "message-too-long", event: 6, bad: chatting + "C= \"MSG 3 U 1665\\r\\n" + strings.Repeat("x", 1665) + "\"", good: chatting + "C= \"MSG 3 U 1664\\r\\n" + strings.Repeat("x", 1664) + "\""},
	{code: "name-lower-case", event: 1, bad: "C ver 1 MSNP7 CVR0", good: "C VER 1 MSNP7 CVR0"},
	{code: "not-a-command", event: 9, bad: visible + "C hello there", good: visible + "S 911"},
	{code: "not-utf8", event: 9, bad: visible + "S= \"NLN AWY a@b.c \\x19\\xdb\\r\\n\"", good: visible + "S NLN AWY a@b.c é"},
	{code: "notification-at-dispatch", event: 5, bad: "C VER 1 MSNP7\nS VER 1 MSNP7\nC USR 2 MD5 I me@example.com\nS XFR 2 NS 64.4.13.58:1863 0 64.4.13.1:1863\nC SYN 3 0", good: signIn + "C SYN 3 0"},
	{code: "payload-characters", event: 6, bad: chatting + "C= \"MSG 3 U 3\\r\\nh\u00e9\u00e9\"\nC= \"MSG 4 U 2\\r\\nhi\"", good: chatting + "C= \"MSG 3 U 5\\r\\nh\u00e9\u00e9\"\nC= \"MSG 4 U 2\\r\\nhi\""},
	{code: "payload-length", event: 6, bad: chatting + "C= \"MSG 3 U 2\\r\\nhi there\\r\\n\"\nC= \"MSG 4 U 2\\r\\nhi\"", good: chatting + "C= \"MSG 3 U 2\\r\\nhi\\r\\n\"\nC= \"MSG 4 U 2\\r\\nhi\""},
	{code: "percent-stray", event: 9, bad: visible + "S NLN AWY a@b.c 100%", good: visible + "S NLN AWY a@b.c 100%25%c3%A9"},
	{code: "property-unknown", event: 7, bad: signIn + "C PRP 4 XYZ 5", good: signIn + "C PRP 4 PHH"},
	{code: "query-length", event: 10, bad: visible + "S CHL 0 15570131571988941333\nC= \"QRY 5 x 3\\r\\nabc\"", good: visible + "S CHL 0 15570131571988941333\nC= \"QRY 5 x 32\\r\\n8f2f5a91b72102cd28355e9fc9000d6e\""},
	{code: "query-unasked", event: 9, bad: visible + "C= \"QRY 5 x 32\\r\\n8f2f5a91b72102cd28355e9fc9000d6e\"", good: visible + "gap\nC= \"QRY 5 x 32\\r\\n8f2f5a91b72102cd28355e9fc9000d6e\""},
	{code: "redirect-words", event: 9, bad: visible + "S RNG 17 64.4.13.58:1863 CKI 1.2 a@b.c A B", good: visible + "S RNG 17 64.4.13.58:1863 CKI 1.2 a@b.c A%20B"},
	{code: "redirect-words", event: 10, bad: visible + "C XFR 5 SB\nS XFR 5 SB 64.4.13.58:1863 CKI", good: visible + "C XFR 5 SB\nS XFR 5 SB 64.4.13.58:1863 CKI 1.2"},
	{code: "referral-loop", event: 16, bad: strings.Repeat(referral, 4), good: strings.Repeat(referral, 3) + signIn + "close\n" + referral},
	{code: "referral-loop", event: 16, bad: strings.Repeat(referral, 4), good: strings.Repeat(referral, 3) + "+3m\n" + referral},
	{code: "referral-words", event: 4, bad: "C VER 1 MSNP7\nS VER 1 MSNP7\nC USR 2 MD5 I me@example.com\nS XFR 2 NS 64.4.13.58:1863 0", good: "C VER 1 MSNP6\nS VER 1 MSNP6\nC USR 2 MD5 I me@example.com\nS XFR 2 NS 64.4.13.58:1863 0"},
	{code: "refused-again", event: 18, bad: strings.Repeat(refusal, 3), good: strings.Repeat(refusal, 2) + signIn + "close\n" + refusal},
	{code: "reverse-list-change", event: 7, bad: signIn + "C ADD 4 RL a@b.c A", good: signIn + "S ADD 0 RL 5 a@b.c A"},
	{code: "setting-value", event: 7, bad: signIn + "C BLP 4 A", good: signIn + "C GTC 4 A"},
	{code: "status-offline", event: 7, bad: signIn + "C CHG 4 FLN", good: signIn + "C CHG 4 HDN"},
	{code: "status-unknown", event: 7, bad: signIn + "C CHG 4 XXX", good: signIn + "C CHG 4 PHN"},
	{code: "stranger", event: 6, bad: chatting + "S BYE carol@example.com", good: chatting + "S BYE BOB@example.com"},
	{code: "stranger", event: 6, bad: chatting + "S= \"MSG carol@example.com C 2\\r\\nhi\"", good: chatting + "S= \"MSG bob@example.com C 2\\r\\nhi\""},
	{code: "sync-unfinished", event: 8, bad: signIn + "C SYN 4 0\nS SYN 4 9\nS LST 4 FL 9 1 1 a@b.c A 0\n+31s\nC PNG", good: groups + "+31s\nC PNG"},
	{code: "sync-unfinished", event: 8, bad: signIn + "C SYN 4 8\nS SYN 4 9\n+31s\nclose", good: signIn + "C SYN 4 9\nS SYN 4 9\n+31s\nclose"},
	{code: "trid-missing", event: 9, bad: visible + "C CHG AWY", good: visible + "C PNG\nC OUT"},
	{code: "trid-range", event: 9, bad: visible + "C CHG 4294967296 AWY", good: visible + "C CHG 4294967295 AWY"},
	{code: "trid-reused", event: 10, bad: visible + "C CHG 5 AWY\nC CHG 5 BSY", good: visible + "C CHG 5 AWY\nS CHG 5 AWY\nC CHG 5 BSY"},
	{code: "unanswered", event: 9, bad: visible + "C FND 5 fname=A lname=B city=* state=* country=US\n+61s\nC PNG", good: visible + "C FND 5 fname=A lname=B city=* state=* country=US\nS FND 5 0 0\n+61s\nC PNG"},
	{code: "unanswered", event: 6, bad: chatting + "C= \"MSG 3 A 2\\r\\nhi\"\n+61s\nC PNG", good: chatting + "C= \"MSG 3 N 2\\r\\nhi\"\n+61s\nC PNG"},
	{code: "value-too-long", event: 7, bad: signIn + "C REA 4 me@example.com " + strings.Repeat("x", 388), good: signIn + "C REA 4 me@example.com " + strings.Repeat("x", 387)},
	{code: "value-too-long", event: 7, bad: signIn + "C ADG 4 " + strings.Repeat("x", 62) + " 0", good: signIn + "C ADG 4 " + strings.Repeat("x", 61) + " 0"},
	{code: "version-missing", event: 1, bad: "C USR 2 MD5 I me@example.com", good: "C USR 1 me@example.com 17.4"},
	{code: "version-not-offered", event: 2, bad: "C VER 1 MSNP7 MSNP6\nS VER 1 MSNP8", good: "C VER 1 MSNP7 MSNP6\nS VER 1 MSNP7 MSNP6 MSNP5 CVR0"},
	{code: "version-refused", event: 2, bad: "C VER 1 MSNP7\nS VER 1 0 MSNP21 MSNP20", good: "C VER 1 MSNP7 CVR0\nS VER 1 CVR0"},
	{code: "version-repeated", event: 9, bad: visible + "C VER 5 MSNP7", good: visible + "S XFR 0 NS 0\nC VER 5 MSNP7\nS VER 5 MSNP7"},
	{code: "version-unanswered", event: 1, bad: "C VER 1 MSNP7\n+61s\nC PNG", good: "C VER 1 MSNP7\nS VER 1 0\n+61s\nC PNG"},
	{code: "version-unanswered", event: 1, bad: "C VER 1 MSNP7\nclose", good: "midstream\nC VER 1 MSNP7\nclose"},
	{code: "words-extra", event: 8, bad: signIn + "C CHG 4 NLN\nS CHG 4 NLN 0", good: signIn + "C CHG 4 NLN \nS CHG 4 NLN"},
	{code: "words-missing", event: 9, bad: visible + "C REA 5 me@example.com", good: visible + "C REA 5 me@example.com Me"},
	{code: "wrong-dialect", event: 3, bad: "C VER 1 MSNP8\nS VER 1 MSNP8\nC INF 2", good: "C VER 1 MSNP7\nS VER 1 MSNP7\nC INF 2"},
	{code: "wrong-dialect", event: 9, bad: strings.ReplaceAll(visible, "MSNP7", "MSNP6") + "C ADG 5 New 0", good: visible + "C ADG 5 New 0"},
	{code: "wrong-direction", event: 9, bad: visible + "C NLN AWY a@b.c A", good: visible + "S NLN AWY a@b.c A"},
	{code: "wrong-role", event: 6, bad: chatting + "C SYN 3 0", good: chatting + "C PNG"},
	{code: "wrong-role", event: 9, bad: visible + "C= \"MSG 5 U 2\\r\\nhi\"", good: chatting + "C= \"MSG 5 U 2\\r\\nhi\""},
}

const (
	referral = "C VER 1 MSNP7\nS VER 1 MSNP7\nC USR 2 MD5 I me@example.com\nS XFR 2 NS 64.4.13.58:1863 0 64.4.13.1:1863\nclose\n"
	refusal  = "C VER 1 MSNP7\nS VER 1 MSNP7\nC USR 2 MD5 I me@example.com\nS USR 2 MD5 S 1\nC USR 3 MD5 S 12345678901234567890123456789012\nS 911 3\nclose\n"
)

func TestRules(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range cases {
		tested[c.code] = true
		t.Run(c.code, func(t *testing.T) {
			p := newPlayer(t).play(c.bad)
			short, texts := p.noted()
			found := 0
			for _, n := range p.notes {
				if n.Code == c.code {
					found++
					if n.Event != c.event {
						t.Errorf("about event %d, want %d:\n%s", n.Event, c.event, texts)
					}
				}
			}
			if found != 1 {
				t.Errorf("broken, but noted %d times: %v\n%s", found, short, texts)
			}
			short, texts = newPlayer(t).play(c.good).noted()
			if slices.ContainsFunc(short, func(s string) bool { return strings.HasPrefix(s, c.code+"@") }) {
				t.Errorf("the near miss is noted:\n%s", texts)
			}
			if strings.Contains(texts, "error ") || strings.Contains(texts, "warning ") {
				t.Errorf("the near miss breaks other rules:\n%s", texts)
			}
		})
	}
	for _, r := range Catalogue() {
		if !tested[r.Code] {
			t.Errorf("%s has no example", r.Code)
		}
	}
}

func TestCatalogue(t *testing.T) {
	if !slices.IsSortedFunc(catalogue, func(a, b Rule) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("not sorted by code")
	}
	for _, r := range catalogue {
		if got, ok := RuleOf(r.Code); !ok || got != r {
			t.Errorf("%s is not found", r.Code)
		}
		if r.Code != strings.ToLower(r.Code) || strings.Contains(r.Code, " ") || !strings.HasSuffix(r.Rule, ".") || r.Source == "" {
			t.Errorf("%+v", r)
		}
	}
	if _, ok := RuleOf("no-such-rule"); ok {
		t.Error("found a rule that is not there")
	}
}

// TestNotesAreBounded: a client with a habit does not fill the store with notes.
func TestNotesAreBounded(t *testing.T) {
	p := newPlayer(t).play(visible)
	for range 10 * maxRepeats {
		p.play("C= \"PNG\\n\"")
	}
	if len(p.notes) != maxRepeats {
		t.Errorf("%d notes", len(p.notes))
	}
}
