// This file checks what is said about sign-ins that get stuck.

package conform

import (
	"strings"
	"testing"
	"time"
)

func TestSignIn(t *testing.T) {
	const offered = "C VER 1 MSNP7 CVR0\n"
	const agreed = offered + "S VER 1 MSNP7 CVR0\n"
	const named = agreed + "C USR 2 MD5 I me@example.com\n"
	for _, c := range []struct {
		name, script string
		last         string // step
		stuck        string // beginning; "" for not stuck
		done         bool
	}{
		{"no VER answer", offered + "+11s", "protocol versions offered", "the server did not answer VER (event 1)", false},
		{"not yet", offered + "+9s", "protocol versions offered", "", false},
		{"no version in common", offered + "S VER 1 0", "no protocol version accepted", "the server accepts none of the protocol versions", false},
		{"a client that waits for CVR0", offered + "S VER 1 MSNP7\n+11s", "protocol version agreed", "the client did not go on after VER; the answer does not name CVR0", false},
		{"a client that stops", agreed + "+11s", "protocol version agreed", "the client did not go on after VER (event 2)", false},
		{"no INF answer", agreed + "C INF 2\n+11s", "ways of signing in asked for", "the server did not answer INF", false},
		{"nothing after INF", agreed + "C INF 2\nS INF 2 MD5\n+11s", "ways of signing in told", "the client did not go on after INF", false},
		{"no USR answer", named + "+11s", "account named", "the server did not answer USR", false},
		{"no answer of the client", named + "S USR 2 MD5 S 1\n+11s", "password asked for", "the client did not answer the server's question", false},
		{"no answer to the password", named + "S USR 2 MD5 S 1\nC USR 3 MD5 S 2\n+11s", "password proved", "the server said neither yes nor no", false},
		{"wrong password", named + "S USR 2 MD5 S 1\nC USR 3 MD5 S 2\nS 911 3", "refused: 911", "the server refused the sign-in: error 911", false},
		{"busy", named + "S 601 2", "refused: 601", "the server refused the sign-in: error 601", false},
		{"referred", named + "S XFR 2 NS 64.4.13.58:1863 0 64.4.13.1:1863", "sent to 64.4.13.58:1863", "", true},
		{"thrown out", signIn + "S OUT SSD", "signed in", "the server ended the connection: the server is shutting down", false},
		{"nothing after sign-in", signIn + "+11s", "signed in", "the client asked neither for its lists nor for a status", false},
		{"no SYN answer", signIn + "C SYN 4 0\n+11s", "lists asked for", "the server did not answer SYN (event 7)", false},
		{"SYN never finished", signIn + "C SYN 4 0\nS SYN 4 9\nS LST 4 FL 9 1 2 a@b.c A 0\n+11s", "lists begun", "the server did not send the lists to their end; this is the last line (event 9)", false},
		{"VER refused", offered + "S 601 1\n+11s", "refused: 601", "the server refused the sign-in: error 601, the server is not available (event 2)", false},
		{"INF refused", agreed + "C INF 2\nS 500 2\n+11s", "refused: 500", "the server refused the sign-in: error 500", false},
		{"INF refused, and accepted", agreed + "C INF 2\nS 500 2\nC INF 3\nS INF 3 MD5\n+11s", "ways of signing in told", "the client did not go on after INF", false},
		{"SYN refused", signIn + "C SYN 4 0\nS 603 4\n+11s", "lists refused: 603", "the server refused SYN: error 603", false},
		{"SYN refused, and accepted", signIn + "C SYN 4 9\nS 603 4\nC SYN 5 9\nS SYN 5 9\nC CHG 6 NLN\nS CHG 6 NLN", "status in force", "", true},
		{"CHG refused", groups + "C CHG 5 XYZ\nS 201 5\n+11s", "status refused: 201", "the server refused the status: error 201", false},
		{"CHG refused later", groups + "C CHG 5 NLN\nS CHG 5 NLN\nC CHG 6 FLN\nS 201 6\n+11s", "status in force", "", true},
		{"CHG refused, and accepted", groups + "C CHG 5 XYZ\nS 201 5\nC CHG 6 NLN\nS CHG 6 NLN", "status in force", "", true},
		{"no CHG answer", groups + "C CHG 5 NLN\n+11s", "status asked for", "the server did not confirm the status", false},
		{"no status", groups + "+11s", "lists complete", "the client did not ask for a status", false},
		{"all well", groups + "C CHG 5 NLN\nS CHG 5 NLN\n+11s", "status in force", "", true},
		{"lists cached", signIn + "C SYN 4 9\nS SYN 4 9\nC CHG 5 NLN\nS CHG 5 NLN", "status in force", "", true},
		{"lists of MSNP8", strings.ReplaceAll(signIn, "MSNP7", "MSNP8") + "C SYN 4 0\nS SYN 4 9 1 0\nS LST a@b.c A 3 0\nC CHG 5 NLN 0\nS CHG 5 NLN 0", "status in force", "", true},
		{"CHL unanswered", groups + "S CHL 0 1\n+51s\nC PNG", "lists complete", "the client did not answer the challenge CHL in time (event 12)", false},
		{"CHL unanswered, thrown out", groups + "C CHG 5 NLN\nS CHG 5 NLN\nS CHL 0 1\n+1m\nS OUT", "challenge not answered", "the client did not answer the challenge CHL in time (event 14); then the server ended the connection (event 15)", false},
		{"CHL unanswered, error", groups + "C CHG 5 NLN\nS CHG 5 NLN\nS CHL 0 1\n+1m\nS 540 0", "challenge failed", "the client did not answer the challenge CHL in time (event 14)", false},
		{"CHL unanswered, and nobody minds", groups + "C CHG 5 NLN\nS CHG 5 NLN\nS CHL 0 1\n+1m\nC PNG\nS QNG", "status in force", "", true},
		{"CHL unanswered, and closed without a word", groups + "C CHG 5 NLN\nS CHG 5 NLN\nS CHL 0 1\n+1m\nend", "challenge not answered", "the client did not answer the challenge CHL in time (event 14)", false},
		{"CHL unanswered, closed later", groups + "C CHG 5 NLN\nS CHG 5 NLN\nS CHL 0 1\n+1m\nC PNG\nS QNG\nend", "status in force", "", true},
		{"CHL unanswered, the user leaves", groups + "C CHG 5 NLN\nS CHG 5 NLN\nS CHL 0 1\n+1m\nC OUT", "status in force", "", true},
		{"CHL answered wrongly", groups + "C CHG 5 NLN\nS CHG 5 NLN\nS CHL 0 1\nC= \"QRY 6 msmsgs@msnmsgr.com 32\\r\\n12345678901234567890123456789012\"\nS 540 6", "challenge failed", "the client failed the server's challenge: error 540 (event 16)", false},
		{"no VER answer, and the client leaves", offered + "+20s\nC OUT", "protocol versions offered", "the server did not answer VER (event 1); then the client left (event 2)", false},
		{"SYN never finished, and the client leaves", signIn + "C SYN 4 0\nS SYN 4 9\nS LST 4 FL 9 1 2 a@b.c A 0\n+11s\nC OUT", "lists begun", "the server did not send the lists to their end; this is the last line (event 9); then the client left (event 10)", false},
		{"the user changes their mind", offered + "+2s\nC OUT", "protocol versions offered", "the client left (event 2)", false},
		{"refused, and shown out", named + "S 911 2\nS OUT", "refused: 911", "the server refused the sign-in: error 911, the password or the ticket is wrong (event 4)", false},
		{"from the middle", "midstream\nS NLN AWY a@b.c A\n+1m", "", "", false},
		{"nothing said", "+1m", "", "", false},
		{"a switchboard", chatting, "ringing", "", true},
		{"a switchboard that is silent", "C ANS 1 me@example.com 1.2 3\n+11s", "ticket shown", "the switchboard did not answer ANS (event 1)", false},
		{"a bad ticket", "C ANS 1 me@example.com 1.2 3\nS 911 1", "ticket shown", "the switchboard refused the ticket: error 911", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlayer(t).play(c.script)
			in := p.checker.SignIn(p.now)
			last := ""
			if n := len(in.Steps); n > 0 {
				last = in.Steps[n-1].Name
			}
			if !strings.HasPrefix(last, c.last) || c.last == "" && last != "" {
				t.Errorf("last step %q, want %q", last, c.last)
			}
			if !strings.HasPrefix(in.Stuck, c.stuck) || c.stuck == "" && in.Stuck != "" || in.Done != c.done {
				t.Errorf("stuck %q, done %v; want %q, %v", in.Stuck, in.Done, c.stuck, c.done)
			}
		})
	}
}

func TestReferralLoopIsStuck(t *testing.T) {
	p := newPlayer(t).play(strings.Repeat(referral, 3) + strings.TrimSuffix(referral, "close\n"))
	if in := p.checker.SignIn(p.now); in.Done || !strings.HasPrefix(in.Stuck, "the client is sent from server to server, 4 times now") {
		t.Errorf("%+v", in)
	}
}

func TestConnectionClosedInSilence(t *testing.T) {
	p := newPlayer(t)
	c := p.checker
	c.Close(int64(time.Hour))
	if in := c.SignIn(int64(time.Hour)); in.Stuck != "the client said nothing" {
		t.Errorf("%+v", in)
	}
}
