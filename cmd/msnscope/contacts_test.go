// This file tests what contacts and check say of a sign-in, from a log with
// times.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The beginning of a session: signed in, the lists told.
const signInLog = `
> VER 1 MSNP7 CVR0
< VER 1 MSNP7 CVR0
> USR 3 MD5 I alice@hotmail.com
< USR 3 MD5 S 1013928519.693957190
> USR 4 MD5 S 7f919fab309532df353c901430df36fa
< USR 4 OK alice@hotmail.com Alice 1
> SYN 5 0
< SYN 5 9
< LSG 5 9 1 1 0 Other%20Contacts 0
< LST 5 FL 9 1 1 bob@hotmail.com Bob 0
< LST 5 AL 9 0 0
< LST 5 BL 9 0 0
< LST 5 RL 9 0 0
> CHG 6 NLN
< CHG 6 NLN
< ILN 6 AWY bob@hotmail.com Bob
`

// importLog imports a conversation; "+30s" lets time pass.
func importLog(t *testing.T, log string) (store string) {
	t.Helper()
	var b strings.Builder
	at := time.Date(2002, 3, 1, 20, 14, 0, 0, time.UTC)
	for line := range strings.Lines(strings.TrimSpace(log)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if wait, ok := strings.CutPrefix(line, "+"); ok {
			d, err := time.ParseDuration(wait)
			if err != nil {
				t.Fatal(err)
			}
			at = at.Add(d)
			continue
		}
		fmt.Fprintf(&b, "[%s] NS 1 %s %s\n", at.Format("2006-01-02 15:04:05.000"), strings.Repeat(line[:1], 3), line[2:])
	}
	file := filepath.Join(t.TempDir(), "session.log")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	store = filepath.Join(t.TempDir(), "store")
	output(t, "import", "--store", store, file)
	return store
}

// What happened between two answers to SYN is not what either told.
func TestContactsHistoryOfTwoSyncs(t *testing.T) {
	t.Parallel()
	store := importLog(t, signInLog+`
		+60s
		> ADD 7 FL carol@hotmail.com Carol 0
		< ADD 7 FL 10 carol@hotmail.com Carol 0
		> SYN 8 9
		< SYN 8 10
		< LSG 8 10 1 1 0 Other%20Contacts 0
		< LST 8 FL 10 1 2 bob@hotmail.com Bob 0
		< LST 8 FL 10 2 2 carol@hotmail.com Carol 0
		< LST 8 AL 10 1 1 dave@hotmail.com Dave
		< LST 8 BL 10 0 0
		< LST 8 RL 10 0 0`)
	want := `-- 2002-03-01 UTC --
20:14:00.000 #14       the lists are told; contacts --at shows them
20:14:00.000 #16       the user: online
20:14:00.000 #17       bob@hotmail.com: away
20:15:00.000 #19       carol@hotmail.com: put on FL
20:15:00.000 #19       carol@hotmail.com: name "Carol"
20:15:00.000 #19       carol@hotmail.com: put into group 0
20:15:00.000 #27       the lists are told; contacts --at shows them
`
	if got := string(output(t, "contacts", "--store", store, "1", "--history")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestContactsHistory(t *testing.T) {
	t.Parallel()
	store := importLog(t, signInLog+`
		+60s
		> PNG
		< QNG
		+200s
		< NLN BSY bob@hotmail.com Bob
		> ADD 7 FL carol@hotmail.com Carol 0
		< ADD 7 FL 10 carol@hotmail.com Carol 0
		+60s
		> PNG
		+100s
		> OUT`)
	want := `-- 2002-03-01 UTC --
20:14:00.000 #14       the lists are told; contacts --at shows them
20:14:00.000 #16       the user: online
20:14:00.000 #17       bob@hotmail.com: away
20:15:00.000 #19       nobody said anything for 3m20s, until #20
20:18:20.000 #20       bob@hotmail.com: busy, was away for 4m20s
20:18:20.000 #22       carol@hotmail.com: put on FL
20:18:20.000 #22       carol@hotmail.com: name "Carol"
20:18:20.000 #22       carol@hotmail.com: put into group 0
20:19:20.000 #23       PNG was not answered in 1m40s, until the connection ended
`
	if got := string(output(t, "contacts", "--store", store, "1", "--history")); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := string(output(t, "contacts", "--store", store, "1", "--history", "--of", "BOB@hotmail.com", "--at", "18")); got != "-- 2002-03-01 UTC --\n20:14:00.000 #17       bob@hotmail.com: away\n" {
		t.Errorf("got\n%s", got)
	}
	lines := strings.Split(strings.TrimSpace(string(output(t, "contacts", "--store", store, "1", "--history", "--json"))), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, `{"silence":{"from":23,"to":0,`) {
		t.Errorf("the last line is %s", last)
	}
}

// TestCheckSaysWhyItIsStuck: the words are those of conform; here it is seen
// that they arrive, with the steps taken, and what a password file adds.
func TestCheckSaysWhyItIsStuck(t *testing.T) {
	t.Parallel()
	store := importLog(t, "> VER 1 MSNP7 CVR0\n+20s\n> OUT")
	if got := string(output(t, "check", "--store", store)); got != "connection 1 (to 192.0.2.100:1863): stuck: the server did not answer VER (event 2); then the client left (event 3)\n    it got as far as: protocol versions offered (event 2)\n" {
		t.Errorf("got %s", got)
	}
	got := string(output(t, "check", "--store", store, "--json"))
	if !strings.HasPrefix(got, `{"connection":1,"role":"","account":"","steps":[{"name":"protocol versions offered","command":"VER","dir":0,"event":2,"time":1015013640000001000}],"done":false,"stuck":"the server did not answer VER (event 2)`) {
		t.Errorf("got %s", got)
	}

	passwords := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(passwords, []byte("Alice@hotmail.com password\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store = importLog(t, signInLog)
	if got := string(output(t, "check", "--store", store, "--password-file", passwords)); got != "#6 password of alice@hotmail.com: right\n" {
		t.Errorf("got %s", got)
	}
	withProgram := importLog(t, signInLog+"< CHL 0 15570131571988941333\n> QRY 7 msmsgs@msnmsgr.com 32\\r\\n8f2f5a91b72102cd28355e9fc9000d6e\n< QRY 7")
	if got := string(output(t, "check", "--store", withProgram, "--all")); got != "#19 challenge answered as msmsgs@msnmsgr.com: right\n" {
		t.Errorf("got %s", got)
	}
	if got := string(output(t, "check", "--store", store, "--password-file", passwords, "--json")); got != `{"connection":1,"event":6,"account":"alice@hotmail.com","proof":"right"}`+"\n" {
		t.Errorf("got %s", got)
	}
}
