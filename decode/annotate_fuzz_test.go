// This file fuzzes the annotation: whatever the bytes, offsets stay inside the
// command and what is shown is harmless.

package decode

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// harmless fails the test if a text could do something to a screen.
func harmless(t *testing.T, what, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%s is not UTF-8: %q", what, s)
	}
	for _, r := range s {
		if unicode.IsControl(r) || isDirectionMark(r) {
			t.Errorf("%s holds %U: %q", what, r, s)
		}
	}
}

// saidOpenly reports whether a text stands in a part of the command that is no
// secret: then it may be in the summary from there.
func saidOpenly(a *Annotation, text string) bool {
	for _, p := range a.Params {
		if !p.Secret && strings.Contains(p.Value, text) {
			return true
		}
	}
	return false
}

func checkAnnotation(t *testing.T, raw []byte, a *Annotation) {
	t.Helper()
	harmless(t, "summary", a.Summary)
	if n := utf8.RuneCountInString(a.Summary); n > 1200 {
		t.Errorf("summary of %d characters", n)
	}
	inside := func(what string, start, end int) {
		if start < 0 || start > end || end > len(raw) {
			t.Errorf("%s at %d-%d of %d bytes", what, start, end, len(raw))
		}
	}
	for _, p := range a.Params {
		inside(p.Name, p.Start, p.End)
		if p.Raw != string(raw[p.Start:p.End]) {
			t.Errorf("param %s is %q, its bytes are %q", p.Name, p.Raw, raw[p.Start:p.End])
		}
		if !utf8.ValidString(p.Value) {
			t.Errorf("param %s is not UTF-8: %q", p.Name, p.Value)
		}
		if p.Secret && len(p.Value) > 6 && strings.Contains(a.Summary, p.Value) && !saidOpenly(a, p.Value) {
			t.Errorf("summary tells the secret %s: %q", p.Name, a.Summary)
		}
	}
	if p := a.Payload; p != nil {
		inside("body", p.Body, len(raw))
		if !utf8.ValidString(p.Text) {
			t.Errorf("text is not UTF-8: %q", p.Text)
		}
		for _, h := range append(p.Headers[:len(p.Headers):len(p.Headers)], p.Fields...) {
			inside(h.Name, h.Start, h.End)
		}
		for _, m := range p.Meaning {
			inside(m.Name, m.Start, m.End)
			if m.Name == "font" && m.Raw != string(raw[m.Start:m.End]) {
				t.Errorf("font is %q, its bytes are %q", m.Raw, raw[m.Start:m.End])
			}
		}
	}
}

func FuzzAnnotate(f *testing.F) {
	for _, s := range Specs() {
		f.Add([]byte(s.Example+"\r\n"), len(s.Example), len(s.Example)+2, uint8(s.Dir), uint8(s.Roles[0]), uint8(7))
	}
	f.Add([]byte("MSG bob@hotmail.com Bob 90\r\nContent-Type: text/plain; charset=shift_jis\r\nX-MMS-IM-Format: FN=%ff%; CO=zz;;=\r\n\r\n\xe2\x80\xae"), 26, 28, uint8(S2C), uint8(RoleSB), uint8(7))
	f.Add([]byte("NLN   \x80 %"), 12, 12, uint8(S2C), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, raw []byte, line, body int, dir, role, dialect uint8) {
		a := Annotate(raw, line, body, Context{Dir: Direction(dir & 1), Role: Role(role % 6), Dialect: Dialect(dialect), Account: "alice@hotmail.com"})
		checkAnnotation(t, raw, &a)
	})
}

func FuzzUnescapeText(f *testing.F) {
	f.Add("Carol%20%C3%A9%20100%25")
	f.Add("100%")
	f.Add("\x19\xdb%f")
	f.Fuzz(func(t *testing.T, s string) {
		u := UnescapeText(s)
		if !utf8.ValidString(u) {
			t.Errorf("%q decodes to %q", s, u)
		}
		if !strings.Contains(s, "%") && utf8.ValidString(s) && u != s {
			t.Errorf("%q became %q", s, u)
		}
		harmless(t, "visible form", Visible(s))
	})
}

// BenchmarkAnnotate explains a typical mix, each command on its own or all in one
// Annotation, as whoever goes through a capture does.
func BenchmarkAnnotate(b *testing.B) {
	type command struct {
		raw  []byte
		line int
		ctx  Context
	}
	var mix []command
	for _, m := range []struct {
		raw  string
		dir  Direction
		role Role
	}{
		{"MSG bob@hotmail.com Bob 153\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Comic%20Sans%20MS; EF=BI; CO=ff; CS=0; PF=42\r\n\r\nHello! How are you?", S2C, RoleSB},
		{"MSG 3 U 90\r\nMIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: alice@hotmail.com\r\n\r\n\r\n", C2S, RoleSB},
		{"ACK 6\r\n", S2C, RoleSB},
		{"NLN AWY carol@passport.com J%C3%BCrgen%20%26%20Carol\r\n", S2C, RoleNS},
		{"LST 8 FL 201 2 3 carol@passport.com J%C3%BCrgen%20%26%20Carol 1,4\r\n", S2C, RoleNS},
		{"BPR 201 bob@hotmail.com PHH 1%20(425)%20555-0101\r\n", S2C, RoleNS},
		{"PNG\r\n", C2S, RoleNS},
		{"QNG\r\n", S2C, RoleNS},
	} {
		mix = append(mix, command{[]byte(m.raw), strings.Index(m.raw, "\r\n"), Context{Dir: m.dir, Role: m.role, Dialect: 7}})
	}
	run := func(name string, annotate func(m *command)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				annotate(&mix[n%len(mix)])
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "commands/s")
		})
	}
	run("each", func(m *command) { Annotate(m.raw, m.line, m.line+2, m.ctx) })
	var a Annotation
	run("into", func(m *command) { AnnotateInto(&a, m.raw, m.line, m.line+2, m.ctx) })
}
