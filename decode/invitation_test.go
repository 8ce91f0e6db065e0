// This file plays invitations, seen at one end or at both.

package decode

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// play feeds messages "from>to dir fields", fields separated by "; ", and
// describes the invitations left.
func playInvitations(t *testing.T, v *Invitations, steps ...string) string {
	t.Helper()
	var states []string
	for i, s := range steps {
		head, fields, _ := strings.Cut(s, " ")
		who, dir, _ := strings.Cut(head, "/")
		from, to, _ := strings.Cut(who, ">")
		body := "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n" + strings.ReplaceAll(fields, "; ", "\r\n") + "\r\n\r\n"
		p := parsePayload([]byte(body), 0, "MSG")
		m := Message{Payload: p, From: from, To: to, Event: int64(i + 1), At: time.Unix(int64(i), 0)}
		if dir == "s" {
			m.Dir = S2C
		}
		inv, changed := v.Observe(m)
		if inv == nil {
			states = append(states, "-")
			continue
		}
		mark := ""
		if !changed {
			mark = "="
		}
		states = append(states, mark+inv.State.String())
	}
	return strings.Join(states, " ")
}

const (
	inviteFile = "Application-Name: File Transfer; Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}; Invitation-Command: INVITE; Invitation-Cookie: 7; Application-File: a b.jpg; Application-FileSize: 100"
	acceptIt   = "Invitation-Command: ACCEPT; Invitation-Cookie: 7; Launch-Application: FALSE; Request-Data: IP-Address:"
	listenAt   = "Invitation-Command: ACCEPT; Invitation-Cookie: 7; IP-Address: 192.0.2.1; Port: 6891; AuthCookie: 55; Launch-Application: FALSE"
)

func TestInvitations(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []string
		want  string
		then  string // of the newest invitation
	}{
		{
			"a file, seen at one end",
			[]string{"a@x>b@x/c " + inviteFile, "b@x>a@x/s " + acceptIt, "a@x>b@x/c " + listenAt},
			"offered accepted ready",
			"a@x>b@x file transfer \"a b.jpg\" 100 listener a@x [192.0.2.1:6891] 55 false events [1 2 3]",
		}, {
			"seen at both ends, other case",
			[]string{"a@x>b@x/c " + inviteFile, "a@X>b@x/s " + inviteFile, "b@x>a@x/c " + acceptIt, "B@x>a@x/s " + acceptIt, "a@x>b@x/c " + listenAt, "a@x>b@x/s " + listenAt},
			"offered =offered accepted =accepted ready =ready",
			"a@x>b@x file transfer \"a b.jpg\" 100 listener a@x [192.0.2.1:6891] 55 false events [1 2 3 4 5 6]",
		}, {
			"withdrawn before the copy at the other end was seen",
			[]string{"a@x>b@x/c " + inviteFile, "a@x>b@x/c Invitation-Command: CANCEL; Invitation-Cookie: 7; Cancel-Code: USER_CANCEL", "a@x>b@x/s " + inviteFile},
			"offered cancelled =cancelled",
			"a@x>b@x file transfer \"a b.jpg\" 100 listener  [] - false events [1 2 3] cancelled by the inviter: a user cancelled it",
		}, {
			"the file's sender connects",
			[]string{"a@x>b@x/c " + inviteFile + "; Connectivity: N", "b@x>a@x/s Invitation-Command: ACCEPT; Invitation-Cookie: 7; IP-Address: 192.0.2.9; IP-Address-Internal: 10.0.0.9; PortX: 11178; PortX-Internal: 11179; AuthCookie: 66; Sender-Connect: TRUE"},
			"offered ready",
			"a@x>b@x file transfer \"a b.jpg\" 100 listener b@x [192.0.2.9:6891 10.0.0.9:6890] 66 true events [1 2]",
		}, {
			"the receiver's address does not count otherwise",
			[]string{"a@x>b@x/c " + inviteFile, "b@x>a@x/s Invitation-Command: ACCEPT; Invitation-Cookie: 7; IP-Address: 192.0.2.9; Port: 6891"},
			"offered accepted",
			"a@x>b@x file transfer \"a b.jpg\" 100 listener  [] - false events [1 2]",
		}, {
			"declined",
			[]string{"a@x>b@x/c " + inviteFile, "b@x>a@x/s Invitation-Command: CANCEL; Invitation-Cookie: 7; Cancel-Code: REJECT"},
			"offered declined",
			"a@x>b@x file transfer \"a b.jpg\" 100 listener  [] - false events [1 2] declined",
		}, {
			"the cookie again",
			[]string{"a@x>b@x/c " + inviteFile, "b@x>a@x/s Invitation-Command: CANCEL; Invitation-Cookie: 7; Cancel-Code: TIMEOUT", "a@x>b@x/c " + strings.Replace(inviteFile, "a b.jpg", "second.jpg", 1)},
			"offered failed offered",
			"a@x>b@x file transfer \"second.jpg\" 100 listener  [] - false events [3]",
		}, {
			"who else is in the chat is known later",
			[]string{"a@x>/c " + inviteFile, "b@x>a@x/s " + acceptIt, "a@x>b@x/c " + listenAt},
			"offered accepted ready",
			"a@x>b@x file transfer \"a b.jpg\" 100 listener a@x [192.0.2.1:6891] 55 false events [1 2 3]",
		}, {
			"the INVITE came before the capture",
			[]string{"a@x>b@x/c " + listenAt},
			"ready",
			"a@x>b@x  \"\" -1 listener a@x [192.0.2.1:6891] 55 false events [1] unseen",
		}, {
			"voice: addresses are in the answer",
			[]string{"b@x>a@x/s Application-Name: an audio conversation; Application-GUID: {02D3C01F-BF30-4825-A83A-DE7AF41648AA}; Invitation-Command: INVITE; Invitation-Cookie: 7", "a@x>b@x/c Invitation-Command: ACCEPT; Invitation-Cookie: 7; IP-Address: 192.0.2.1; Port: 9000", "a@x>b@x/c Invitation-Command: CONTEXT; Invitation-Cookie: 7; Context-Data: x"},
			"offered ready =ready",
			"b@x>a@x voice or video conversation \"\" -1 listener a@x [192.0.2.1:9000] - false events [1 2 3]",
		}, {
			"no cookie, no command",
			[]string{"a@x>b@x/c Invitation-Command: INVITE", "a@x>b@x/c Invitation-Cookie: 7", ">b@x/c " + inviteFile},
			"- - -", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v Invitations
			if got := playInvitations(t, &v, c.steps...); got != c.want {
				t.Errorf("states %s, want %s", got, c.want)
			}
			var got string
			v.Each(func(i *Invitation) {
				auth := firstOf(i.AuthCookie, "-")
				got = fmt.Sprintf("%s>%s %s %q %d listener %s %v %s %v events %v", i.Inviter, i.Invitee, i.Application, i.File, i.Size, i.Listener, i.Addresses, auth, i.SenderConnect, i.Events)
				if i.Reason != "" {
					got += " " + i.Reason
				}
				if i.Unseen {
					got += " unseen"
				}
			})
			if got != c.then {
				t.Errorf("got  %s\nwant %s", got, c.then)
			}
		})
	}
}

func TestInvitationOfATransfer(t *testing.T) {
	var v Invitations
	playInvitations(t, &v, "a@x>b@x/c "+inviteFile, "b@x>a@x/s "+acceptIt, "a@x>b@x/c "+listenAt)
	if inv := v.ByTransfer("B@X", "55"); inv == nil || inv.File != "a b.jpg" {
		t.Errorf("by USR: %+v", inv)
	}
	if inv := v.ByAddress("192.0.2.1:6891"); inv == nil || inv.File != "a b.jpg" {
		t.Errorf("by address: %+v", inv)
	}
	if v.ByTransfer("b@x", "56") != nil || v.ByAddress("192.0.2.1:6892") != nil {
		t.Error("found what is not there")
	}
}

func TestInvitationsStayBounded(t *testing.T) {
	var v Invitations
	for i := range 3 * maxInvitations {
		playInvitations(t, &v, fmt.Sprintf("a@x>b%d@x/c %s", i, inviteFile), fmt.Sprintf("a@x>b%d@x/c %s", i, listenAt))
	}
	n := 0
	v.Each(func(*Invitation) { n++ })
	if n != maxInvitations {
		t.Errorf("%d remembered", n)
	}
}
