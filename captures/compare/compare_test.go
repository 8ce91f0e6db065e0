// This file tests what counts as a difference, and what does not.

package compare_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/compare"
)

const signIn = `
C: VER 1 MSNP7 CVR0
S: VER 1 MSNP7 CVR0
C: INF 2
S: INF 2 MD5
C: USR 3 MD5 I alice@hotmail.com
S: USR 3 MD5 S 1013928519.693957190
C: USR 4 MD5 S 0dc38e0c96e5ef37eb9451a0b2d5aaf9
S: USR 4 OK alice@hotmail.com Alice 1
C: SYN 5 0
S: SYN 5 8
S: GTC 5 8 A
S: BLP 5 8 AL
S: LST 5 FL 8 1 2 bob@hotmail.com Bob 0
S: LST 5 FL 8 2 2 carol@hotmail.com Carol 0
S: LST 5 AL 8 0 0
C: CHG 6 NLN
S: CHG 6 NLN
S: ILN 6 NLN bob@hotmail.com Bob
C: XFR 7 SB
S: XFR 7 SB 64.4.12.193:1863 CKI 16925950.1016955577.17693
`

const chat = `
Client opens a connection to 64.4.12.193:1863.

C: USR 1 alice@hotmail.com 16925950.1016955577.17693
S: USR 1 OK alice@hotmail.com Alice
C: CAL 2 bob@hotmail.com
S: CAL 2 RINGING 11752013
S: JOI bob@hotmail.com Bob
C: MSG 3 N 70
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8

Hello you!
S: ACK 3
`

const open = "Client opens a connection to 64.4.12.132:1863.\n"

// edit replaces pairs of old and new text, each of which has to be there.
func edit(t *testing.T, s string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("no %q", pairs[i])
		}
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}

func TestCompare(t *testing.T) {
	in := open + signIn
	both := in + chat
	tests := []struct {
		name string
		a, b string
		o    compare.Options
		want []string
	}{
		{name: "itself", a: both, b: both},
		{
			name: "ids, cookies, digests, addresses, list versions", a: both,
			b: edit(t, both, "INF 2", "INF 12", "USR 3", "USR 13", "USR 4", "USR 20", " 5 ", " 21 ", "1013928519.693957190", "17.4",
				"0dc38e0c96e5ef37eb9451a0b2d5aaf9", "00000000000000000000000000000000", " 8 ", " 9 ", "16925950.1016955577.17693", "1.2.3",
				"64.4.12.193", "64.4.12.200", "11752013", "77", "MSG 3", "MSG 9", "ACK 3", "ACK 9"),
		},
		{
			name: "ids asked for", a: in, b: edit(t, in, "XFR 7", "XFR 8"), o: compare.Options{Facets: compare.Default | compare.TrID},
			want: []string{`changed NS c2s XFR trid:"7"|"8"`, `changed NS s2c XFR trid:"7"|"8"`},
		},
		{
			name: "a word", a: in, b: edit(t, in, "ILN 6 NLN", "ILN 6 AWY"),
			want: []string{`changed NS s2c ILN status:"NLN"|"AWY"`},
		},
		{
			name: "a word that is missing", a: in, b: edit(t, in, "Alice 1", "Alice"),
			want: []string{`changed NS s2c USR verified:"1"|`},
		},
		{
			name: "a command more and one less", a: in, b: edit(t, in, "S: GTC 5 8 A\n", "", "S: CHG 6 NLN\n", "S: CHG 6 NLN\nS: ILN 6 BSY dave@hotmail.com Dave\n"),
			want: []string{"only_a NS s2c GTC A", "only_b NS s2c ILN BSY dave@hotmail.com Dave"},
		},
		{
			name: "another answer", a: in, b: edit(t, in, "S: CHG 6 NLN", "S: 201 6"),
			want: []string{"only_a NS s2c CHG NLN", "only_b NS s2c 201"},
		},
		{
			name: "the same person stands beside itself", a: in,
			b:    edit(t, in, "LST 5 FL 8 1 2 bob@hotmail.com Bob 0\nS: LST 5 FL 8 2 2 carol@hotmail.com Carol 0", "LST 5 FL 8 1 1 carol@hotmail.com Carol 0"),
			want: []string{"only_a NS s2c LST FL 1 2 bob@hotmail.com Bob 0", `changed NS s2c LST index:"2"|"1" total:"2"|"1"`},
		},
		{
			name: "lists are of different kinds", a: in, b: edit(t, in, "LST 5 AL 8 0 0", "LST 5 BL 8 0 0"),
			want: []string{"only_a NS s2c LST AL 0 0", "only_b NS s2c LST BL 0 0"},
		},
		{
			name: "unless one does not mind", a: in, b: edit(t, in, "LST 5 AL 8 0 0", "LST 5 BL 8 0 0"), o: compare.Options{Loose: true},
			want: []string{`changed NS s2c LST list:"AL"|"BL"`},
		},
		{
			name: "text", a: both, b: edit(t, both, "Hello you!", "Hallo you!"),
			want: []string{"changed SB c2s MSG text:\"Hello you!\\n\"|\"Hallo you!\\n\""},
		},
		{
			name: "text left out", a: both, b: edit(t, both, "Hello you!", "Hallo you!"), o: compare.Options{Facets: compare.Account},
		},
		{
			name: "a header, whose length is no difference", a: both, b: edit(t, both, "MSG 3 N 70", "MSG 3 N 69", "charset=UTF-8", "charset=utf8"),
			want: []string{`changed SB c2s MSG Content-Type:"text/plain; charset=UTF-8"|"text/plain; charset=utf8"`},
		},
		{
			name: "a connection only one has", a: in, b: both,
			want: []string{
				"only_b SB c2s USR alice@hotmail.com", "only_b SB s2c USR OK alice@hotmail.com Alice", "only_b SB c2s CAL bob@hotmail.com",
				"only_b SB s2c CAL RINGING", "only_b SB s2c JOI bob@hotmail.com Bob",
				"only_b SB c2s MSG N 1.0 text/plain; charset=UTF-8 Hello you!\n", "only_b SB s2c ACK",
			},
		},
		{
			name: "the directions interleave as they like", a: in, b: edit(t, in, "C: CHG 6 NLN\n", "", "C: SYN 5 0\n", "C: SYN 5 0\nC: CHG 6 NLN\n"),
		},
		{
			name: "unless that is asked for", a: in, b: edit(t, in, "C: CHG 6 NLN\n", "", "C: SYN 5 0\n", "C: SYN 5 0\nC: CHG 6 NLN\n"),
			o:    compare.Options{Facets: compare.Default | compare.Order},
			want: []string{"only_b NS c2s CHG NLN", "only_a NS c2s CHG NLN"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, got := compared(t, test.a, test.b, test.o)
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
			if r.Counts.Different() != len(got) || (r.Differences() == 0) != (len(got) == 0) {
				t.Errorf("%d differing rows in %d differences, counted as %v", len(got), r.Differences(), r.Counts)
			}
		})
	}
}

// Chats are told by who is in them, not by which came first.
func TestPairing(t *testing.T) {
	with := func(who string) string {
		return edit(t, chat, "bob@hotmail.com Bob", who+"@hotmail.com "+who, "bob", who)
	}
	r, got := compared(t, open+signIn+with("bob")+with("carol")+with("dave"), open+signIn+with("carol")+with("dave")+with("erin"), compare.Options{})
	var pairs []string
	for _, p := range r.Pairs {
		pairs = append(pairs, p.Role().String()+": "+strings.TrimSpace(strings.Repeat("a", p.Order[0])+" "+strings.Repeat("b", p.Order[1])))
	}
	if want := []string{"NS: a b", "SB: a bbb", "SB: aa b", "SB: aaa bb"}; !slices.Equal(pairs, want) {
		t.Errorf("%q", pairs)
	}
	if len(got) != 2 || !strings.Contains(got[0], `email:"bob@hotmail.com"|"erin@hotmail.com"`) {
		t.Errorf("%q", got)
	}
	if r.Next(-1) < 0 || r.Before(len(r.Rows)) < r.Next(-1) || r.Next(len(r.Rows)) != -1 || r.Before(0) != -1 {
		t.Error("differences are not found")
	}
	near := r.Near(1)
	if len(near) < 4 || len(near) >= len(r.Rows) || !slices.IsSorted(near) {
		t.Errorf("near differences: %v", near)
	}
}

// How long an answer takes is a difference when it is asked for, beyond some slack.
func TestLatency(t *testing.T) {
	log := open + signIn
	a, b := follows(t, log), follows(t, log)
	for i := range b.events {
		if e := &b.events[i]; e.Cmd() == "SYN" && e.Answers != 0 {
			e.Latency += int64(300 * time.Millisecond)
		}
	}
	for slack, want := range map[time.Duration]int{100 * time.Millisecond: 1, time.Second: 0} {
		r, err := compare.Compare(t.Context(), a.side(), b.side(), compare.Options{Facets: compare.Default | compare.Time, Slack: slack})
		if err != nil {
			t.Fatal(err)
		}
		got := told(t, r)
		if len(got) != want || want == 1 && !strings.Contains(got[0], "SYN latency:") {
			t.Errorf("%v: %q", slack, got)
		}
	}
}

func TestParseFacets(t *testing.T) {
	for list, want := range map[string]string{"": "", "trid, cookie": "trid,cookie", "time,trid": "trid,time"} {
		if f, err := compare.ParseFacets(list); err != nil || f.String() != want {
			t.Errorf("%q: %q %v", list, f, err)
		}
	}
	if f, err := compare.ParseFacets("all"); err != nil || f.Ignored() != 0 {
		t.Errorf("all: %v %v", f, err)
	}
	if _, err := compare.ParseFacets("trids"); err == nil || !strings.Contains(err.Error(), `no facet "trids"`) {
		t.Error(err)
	}
	if got := compare.Default.Ignored().String(); got != "trid,cookie,digest,chat,address,version,time,order,note" {
		t.Error(got)
	}
}

func TestWords(t *testing.T) {
	tests := []struct{ a, b, want string }{
		{"", "", ""},
		{"hello", "hello", "hello"},
		{"so what do you think?", "so what did you think!", "so what [-do-]{+did+} you think[-?-]{+!+}"},
		{"", "x", "{+x+}"},
		{"FN=Arial; EF=B", "FN=Verdana; EF=", "FN=[-Arial-]{+Verdana+}; EF=[-B-]"},
		{"a b c", "c b a", "[-a-]{+c+} b [-c-]{+a+}"},
		{"\xff\xfe", "\xff", "\xff[-\xfe-]"},
	}
	for _, test := range tests {
		got := ""
		for _, p := range compare.Words(test.a, test.b) {
			switch p.Kind {
			case compare.Same:
				got += p.Text
			case compare.OnlyA:
				got += "[-" + p.Text + "-]"
			case compare.OnlyB:
				got += "{+" + p.Text + "+}"
			}
		}
		if got != test.want {
			t.Errorf("%q and %q: %s, want %s", test.a, test.b, got, test.want)
		}
	}
}

// Pieces are the two texts, whatever these are.
func FuzzWords(f *testing.F) {
	f.Add("so what do you think?", "so what did you think!")
	f.Add("\xff a\u202eb", "a  b\t\r\n")
	f.Add("FN=Arial; EF=", "FN=MS%20Shell%20Dlg; EF=B")
	f.Fuzz(func(t *testing.T, a, b string) {
		var x, y string
		for _, p := range compare.Words(a, b) {
			if p.Text == "" {
				t.Error("an empty piece")
			}
			if p.Kind != compare.OnlyB {
				x += p.Text
			}
			if p.Kind != compare.OnlyA {
				y += p.Text
			}
		}
		if x != a || y != b {
			t.Errorf("%q and %q are %q and %q", x, y, a, b)
		}
	})
}
