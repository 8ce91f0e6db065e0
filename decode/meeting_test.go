// This file moves the meetings of ACCEPTs elsewhere, and has any payload read.

package decode

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// command returns the only frame of a whole command.
func command(t testing.TB, raw []byte, dir Direction) (fr Frame, ok bool) {
	f := Framer{Dir: dir}
	f.Feed(raw)
	ok = f.Next(&fr) && fr.Kind == FrameCommand && len(fr.Raw) == len(raw)
	return fr, ok
}

// moved returns raw with the changes made.
func moved(raw []byte, changes []Change) []byte {
	var out []byte
	at := 0
	for _, c := range changes {
		out = append(append(out, raw[at:c.Start]...), c.New...)
		at = c.End
	}
	return append(out, raw[at:]...)
}

func message(line, fields string) string {
	body := "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n" + fields
	return fmt.Sprintf(line, len(body)) + body
}

func TestMeeting(t *testing.T) {
	const head = "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 7\r\n"
	const auth = "AuthCookie: 5\r\n\r\n"
	for _, c := range []struct {
		name, line, fields string
		want               string // the fields afterwards, "" for the same
		addresses          string
	}{
		{"the form of 2001", "MSG 5 N %d\r\n", head + "IP-Address: 192.0.2.1\r\nPort: 6891\r\n" + auth,
			head + "IP-Address: 10.0.0.200\r\nPort: 40000\r\n" + auth, "192.0.2.1:6891"},
		{"odd spelling stays", "MSG a@b%%20c X  %d \n", "invitation-command:accept\ninvitation-cookie:7\nPORT:  6891 \nip-address:192.0.2.1\nauthcookie: 1\n",
			"invitation-command:accept\ninvitation-cookie:7\nPORT:  40000 \nip-address:10.0.0.200\nauthcookie: 1\n", "192.0.2.1:6891"},
		{"outer and inner", "MSG 5 N %d\r\n", head + "IP-Address: 192.0.2.1\r\nIP-Address-Internal: 10.9.9.9\r\nPortX: 11178\r\nPortX-Internal: 11179\r\nSender-Connect: TRUE\r\n\r\n",
			head + "IP-Address: 10.0.0.200\r\nIP-Address-Internal: 10.0.0.200\r\nPortX: 44289\r\nPortX-Internal: 44289\r\nSender-Connect: TRUE\r\n\r\n", "192.0.2.1:6891 10.9.9.9:6890"},
		{"base64", "MSG 5 N %d\r\n", head + "IP-Address-Enc64: MTkyLjAuMi4x\r\nPort: 6891\r\n" + auth,
			head + "IP-Address-Enc64: MTAuMC4wLjIwMA==\r\nPort: 40000\r\n" + auth, "192.0.2.1:6891"},
		{"base64 of four bytes", "MSG 5 N %d\r\n", head + "IP-Address-Enc64: wAACAQ==\r\nPort: 6891\r\n" + auth,
			head + "IP-Address-Enc64: CgAAyA==\r\nPort: 40000\r\n" + auth, "192.0.2.1:6891"},
		{"the port behind the address", "MSG 5 N %d\r\n", head + "IP-Address: 192.0.2.1:6891\r\n" + auth,
			head + "IP-Address: 10.0.0.200:40000\r\n" + auth, "192.0.2.1:6891"},
		{"the length keeps its digits or not", "MSG 5 N %d\r\n", head + "IP-Address: 1.2.3.4\r\nPort: 1\r\n" + auth,
			head + "IP-Address: 10.0.0.200\r\nPort: 40000\r\n" + auth, "1.2.3.4:1"},
		{"no address", "MSG 5 N %d\r\n", head + "Request-Data: IP-Address:\r\n" + auth, "", ""},
		{"a name is no address", "MSG 5 N %d\r\n", head + "IP-Address: example.org\r\nPort: 6891\r\n" + auth, "", ""},
		{"voice", "MSG 5 N %d\r\n", head + "IP-Address: 192.0.2.1\r\nPort: 9000\r\n\r\n", "", ""},
		{"an INVITE", "MSG 5 N %d\r\n", "Invitation-Command: INVITE\r\nInvitation-Cookie: 7\r\nIP-Address: 192.0.2.1\r\nPort: 9000\r\n" + auth, "", ""},
		{"a CANCEL", "MSG 5 N %d\r\n", "Invitation-Command: CANCEL\r\nInvitation-Cookie: 7\r\nCancel-Code: REJECT\r\n\r\n", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, dir := range []Direction{C2S, S2C} {
				raw := message(c.line, c.fields)
				fr, ok := command(t, []byte(raw), dir)
				if !ok {
					if dir == C2S { // the line of the other direction
						continue
					}
					t.Fatal("no command")
				}
				m, ok := ParseMeeting(&fr)
				if !ok || m.Cookie != "7" || m.Command == "" {
					t.Fatalf("%+v, %t", m, ok)
				}
				if got := strings.Trim(fmt.Sprint(m.Addresses), "[]"); got != c.addresses {
					t.Errorf("addresses %s, want %s", got, c.addresses)
				}
				want := raw
				if c.want != "" {
					want = message(c.line, c.want)
				}
				got := moved(fr.Raw, m.MoveTo(&fr, netip.MustParseAddrPort("10.0.0.200:40000")))
				if string(got) != want {
					t.Errorf("got  %q\nwant %q", got, want)
				}
			}
		})
	}
}

func TestNoMeeting(t *testing.T) {
	for _, raw := range []string{
		"MSG 5 N 5\r\nhello", "NLN AWY a@b text/x-msmsgsinvite\r\n",
		"MSG 1 N 60\r\nContent-Type: text/plain\r\n\r\nContent-Type: x-msmsgsinvite 123",
		message("MSG 5 N %d\r\n", "Invitation-Command: ACCEPT\r\n\r\n"),
		message("MSG 5 N %d\r\n", strings.Repeat("Invitation-Cookie: 7\r\n", maxMeeting/20)),
	} {
		fr, _ := command(t, []byte(raw), C2S)
		if m, ok := ParseMeeting(&fr); ok {
			t.Errorf("%q: %+v", raw, m)
		}
	}
}

// FuzzMeeting: whatever is in a message, once its meeting is moved it is one
// command with the same fields, and all its addresses are the new one.
func FuzzMeeting(f *testing.F) {
	for _, s := range []string{
		"IP-Address: 192.0.2.1\r\nPort: 6891\r\n\r\n", "IP-Address: ::1\nPortX:11178\nIP-Address-Internal: [::1]:7\nPortX-Internal: 1",
		"IP-Address-Enc64: wAACAQ==\r\nPort: 6891\r\nPort: 7\r\nIP-Address-Enc64: MTkyLjAuMi4x\r\n", "IP-Address: 1.2.3.4\r\n 5\r\nIP-Address: 1.2.3.4 \t\r\nPort: 00001 \r\n",
		"IP-Address:10.0.0.0: 1", "Port: x\r\nPortX-Internal: 12609\r\nIP-Address-Internal: 1.2.3.4\r\n\x00", "IP-Address: fe80::1%eth0\r\nPort: 65535\r\nPort: 65536\r\nX",
	} {
		f.Add([]byte(s), uint32(0x0a0000c8), uint16(40000), false)
		f.Add([]byte(s), uint32(0x41424344), uint16(1), true)
	}
	f.Fuzz(func(t *testing.T, fields []byte, ip uint32, port uint16, sender bool) {
		head := "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 7\r\nAuthCookie: 5\r\n"
		raw := []byte(message("MSG 5 N %d\r\n", head+string(fields)))
		to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)}), max(port, 1))
		if sender {
			to = netip.AddrPortFrom(netip.AddrFrom16([16]byte{0: 0x20, 1: 1, 15: byte(ip)}), max(port, 1))
		}
		fr, ok := command(t, raw, C2S)
		if !ok {
			t.Fatalf("%q is no command", raw)
		}
		m, ok := ParseMeeting(&fr)
		changes := m.MoveTo(&fr, to)
		if len(m.Addresses) == 0 {
			if len(changes) > 0 {
				t.Fatalf("%q: changes without addresses", raw)
			}
			return
		}
		if !ok {
			t.Fatal("addresses in no invitation")
		}
		after := moved(raw, changes)
		fr2, ok := command(t, after, C2S)
		if !ok {
			t.Fatalf("%q became %q, no command of that length", raw, after)
		}
		m2, _ := ParseMeeting(&fr2)
		for _, a := range m2.Addresses {
			if a != to {
				t.Fatalf("%q became %q, which names %s, not %s", raw, after, a, to)
			}
		}
		if len(m2.Addresses) != 1 || m2.Cookie != m.Cookie || m2.Command != m.Command {
			t.Fatalf("%+v became %+v", m, m2)
		}
		p, p2 := parsePayload(raw, fr.Body, "MSG"), parsePayload(after, fr2.Body, "MSG")
		if !slices.EqualFunc(p.Headers, p2.Headers, func(a, b Header) bool { return a.Name == b.Name && a.Value == b.Value }) {
			t.Fatalf("headers %v became %v", p.Headers, p2.Headers)
		}
		if !slices.EqualFunc(p.Fields, p2.Fields, func(a, b Header) bool {
			return a.Name == b.Name && (a.Value == b.Value || placeForms[strings.ToLower(a.Name)] != nil)
		}) {
			t.Fatalf("fields %v became %v", p.Fields, p2.Fields)
		}
	})
}
