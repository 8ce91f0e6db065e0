// This file tests that the outcome of a sign-in is told as the whole session
// tells it, though only its beginning is looked at.

package captures

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
	"msnscope/decode/conform"
)

func TestSignInOutcome(t *testing.T) {
	const (
		agreed = "C VER 1 MSNP7 CVR0\nS VER 1 MSNP7\n"
		named  = agreed + "C USR 2 MD5 I alice@example.com\n"
		proved = named + "S USR 2 MD5 S 1013928519.693957190\nC USR 3 MD5 S 0f9d00aa0f9d00aa0f9d00aa0f9d00aa\n"
		in     = proved + "S USR 3 OK alice@example.com Alice\nC CHG 4 NLN\nS CHG 4 NLN\n"
	)
	for _, c := range []struct{ name, script, state, words, last string }{
		{"all well", in, SignInDone, "signed in", "USR 3 OK alice@example.com Alice"},
		{"a long session", in + strings.Repeat("C PNG\nS QNG\n", beyondSignIn), SignInDone, "signed in", "USR 3 OK alice@example.com Alice"},
		{"wrong password", proved + "S 911 3\n", SignInRefused, "the server refused the sign-in: error 911", "911 3"},
		{"no version", "C VER 1 MSNP1\nS VER 1 0\n", SignInRefused, "the server accepts none", "VER 1 0"},
		{"no answer", named, SignInStuck, "the server did not answer USR", "USR 2 MD5 I alice@example.com"},
		{"sent on, and it did not come there", named + "S XFR 2 NS 64.4.13.58:1863 0 64.4.13.1:1863\n", SignInStuck, "the client was sent to 64.4.13.58:1863 and did not come there", "XFR 2 NS 64.4.13.58:1863 0 64.4.13.1:1863"},
		{"no way to the server", "C VER 1 MSNP7 CVR0\nN cannot reach 64.4.13.1:1863: connection refused\n", SignInStuck, "msnscope cannot reach 64.4.13.1:1863", ""},
		{"from the middle", "S NLN AWY bob@example.com Bob\nC PNG\nS QNG\n", SignInUnknown, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openStore(t, t.TempDir(), Options{})
			f := recordInto(t, s)
			conn := f.Connect(netip.MustParseAddrPort("10.0.0.9:1044"), netip.MustParseAddrPort("64.4.13.1:1863"))
			for line := range strings.Lines(c.script) {
				dir := decode.C2S
				if line[0] == 'N' {
					if err := conn.Note(decode.S2C, event.Comment{Note: "refused", Text: strings.TrimSpace(line[2:])}); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if line[0] == 'S' {
					dir = decode.S2C
				}
				if err := conn.Data(dir, []byte(strings.TrimSpace(line[2:])+"\r\n")); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(conn.CloseWrite(decode.S2C), conn.CloseWrite(decode.C2S)); err != nil {
				t.Fatal(err)
			}
			if err := s.CaughtUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			id := s.Sessions()[0].ID
			for range 2 { // the second time it is remembered
				o, err := s.SignInOutcome(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				if o.State != c.state || !strings.HasPrefix(o.Words, c.words) || (o.State == SignInDone) != (o.Took > 0) {
					t.Fatalf("%+v", o)
				}
				if c.last == "" {
					continue
				}
				if e, err := s.Event(o.Event); err != nil || string(e.Raw) != c.last+"\r\n" {
					t.Errorf("event %d is %v, want %q", o.Event, e, c.last)
				}
			}
		})
	}
	s := openStore(t, t.TempDir(), Options{})
	if _, err := s.SignInOutcome(t.Context(), 99); !errors.Is(err, index.ErrNotFound) {
		t.Error(err)
	}
}

// A connection on which nothing is said, such as a file transfer that is about to
// begin, does not undo a sign-in that got through; one that msnscope could not
// lead on does.
func TestSignInOutcomeBesideSilence(t *testing.T) {
	in := SignIn{Connection: 4, Role: "NS"}
	in.Done, in.Steps = true, []conform.Step{{Name: conform.StepSignedIn, Event: 7, Time: 9}}
	silent := SignIn{Connection: 12}
	silent.Stuck = "the client said nothing"
	for _, c := range []struct {
		name    string
		list    []SignIn
		refused map[int64]*event.Event
		state   string
	}{
		{"behind it", []SignIn{in, silent}, nil, SignInDone},
		{"alone", []SignIn{silent}, nil, SignInStuck},
		{"not led on", []SignIn{in, silent}, map[int64]*event.Event{12: {ID: 20, Text: "cannot reach it"}}, SignInStuck},
	} {
		if o := outcomeOf(&event.Session{ID: 2, Live: true}, c.list, c.refused); o.State != c.state {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
}

// Nobody signs in to a file transfer, though the note of its opening comes
// before anything says that it is one.
func TestTransfersAreNoSignIns(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	f := recordInto(t, s)
	conn := f.Connect(netip.MustParseAddrPort("10.0.0.9:1044"), netip.MustParseAddrPort("10.0.0.10:6891"), event.Comment{Note: "opened", Text: "client 10.0.0.9:1044"})
	for _, said := range []struct {
		dir  decode.Direction
		text string
	}{{decode.C2S, "VER MSNFTP\r\n"}, {decode.S2C, "VER MSNFTP\r\n"}, {decode.C2S, "USR bob@example.com 93301\r\n"}} {
		if err := conn.Data(said.dir, []byte(said.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(conn.CloseWrite(decode.S2C), conn.CloseWrite(decode.C2S), s.CaughtUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	events, transfers := 0, 0
	w := s.WatchSignIns(func(in *SignIn) { t.Errorf("a sign-in: %+v", in) })
	err := s.Walk(t.Context(), Scope{}, nil, func(e *event.Event) error {
		events++
		if e.Role == decode.RoleFT {
			transfers++
		}
		w.Event(e)
		return nil
	})
	w.Finish()
	if err != nil || transfers == 0 || transfers == events {
		t.Errorf("%v: %d events, %d of a file transfer", err, events, transfers)
	}
}
