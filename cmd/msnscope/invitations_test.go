// This file tests that invitations are put together from what several chats
// show of them.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures"
)

func TestInvitations(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	chat := func(port int, who string, lines ...string) {
		fmt.Fprintf(&log, "Client opens a connection to 64.4.12.%d:1863.\n\nC: USR 1 %s 17.%d\nS: USR 1 OK %s Me\n%s\n", port, who, port, who, strings.Join(lines, "\n"))
	}
	message := func(head string, fields ...string) string {
		body := "MIME-Version: 1.0\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\n\n" + strings.Join(fields, "\n") + "\n\n"
		return fmt.Sprintf("%s %d\n%s", head, len(body)+strings.Count(body, "\n"), body)
	}
	const voice = "Application-GUID: {02D3C01F-BF30-4825-A83A-DE7AF41648AA}"
	file := []string{"Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}", "Invitation-Command: INVITE", "Invitation-Cookie: 7", "Application-File: a.jpg", "Application-FileSize: 9"}
	// Alice's end of a first chat, and of the one in which Bob answers.
	chat(1, "alice@hotmail.com", "S: JOI bob@hotmail.com Bob",
		message("C: MSG 2 N", file...),
		message("C: MSG 3 N", voice, "Invitation-Command: INVITE", "Invitation-Cookie: 8"),
		message("S: MSG bob@hotmail.com Bob", "Invitation-Command: CANCEL", "Invitation-Cookie: 8", "Cancel-Code: REJECT_NOT_INSTALLED"))
	chat(2, "alice@hotmail.com", "S: JOI bob@hotmail.com Bob",
		message("S: MSG bob@hotmail.com Bob", "Invitation-Command: ACCEPT", "Invitation-Cookie: 7", "Request-Data: IP-Address:"),
		message("C: MSG 3 N", "Invitation-Command: ACCEPT", "Invitation-Cookie: 7", "IP-Address: 192.0.2.10", "Port: 6891", "AuthCookie: 93301"),
		message("C: MSG 4 N", "Application-Name: Tic-Tac-Toe", "Invitation-Command: INVITE", "Invitation-Cookie: 9"),
		message("S: MSG carol@hotmail.com Carol", "Invitation-Command: CANCEL", "Invitation-Cookie: 5", "Cancel-Code: TIMEOUT"))
	// Bob's end of the first.
	chat(3, "bob@hotmail.com", "S: JOI alice@hotmail.com Alice",
		message("S: MSG alice@hotmail.com Alice", file...))
	name := filepath.Join(t.TempDir(), "chats.txt")
	if err := os.WriteFile(name, []byte(log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(t.TempDir(), "store")
	output(t, "import", "--store", store, name)

	var got []string
	for line := range strings.Lines(string(output(t, "invitations", "--store", store, "--json"))) {
		var inv captures.Invitation
		if err := json.Unmarshal([]byte(line), &inv); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s>%s %s %s%s, %s %s, %d messages", inv.Inviter, inv.Invitee, inv.Cookie, inv.Application, inv.File, inv.State, inv.Reason, len(inv.Events)))
	}
	want := []string{
		"alice@hotmail.com>bob@hotmail.com 7 file transfera.jpg, ready , 4 messages",
		"alice@hotmail.com>bob@hotmail.com 8 voice or video conversation, declined declined: the application is not installed, 2 messages",
		"alice@hotmail.com>bob@hotmail.com 9 Tic-Tac-Toe, offered , 1 messages",
		"alice@hotmail.com>carol@hotmail.com 5 , failed no answer in time, 1 messages",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	text := string(output(t, "invitations", "--store", store))
	for _, want := range []string{
		`file "a.jpg", 9 bytes                    accepted, alice@hotmail.com waits at 192.0.2.10:6891 (#`,
		"voice or video conversation              declined: the application is not installed (#",
		"Tic-Tac-Toe                              not answered (#",
		"offered before the capture began         failed: no answer in time (#",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
