// This file tests the command table and the table of error numbers: that they
// are complete and consistent, read well, and are found quickly.

package decode

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func ExampleLookUp() {
	for _, spec := range LookUp("XFR", S2C) {
		fmt.Printf("%s %s: %s\n", spec.Name, spec.Variant, spec.Title)
	}
	// Output:
	// XFR ns: the server sends the client to another server
	// XFR sb: the server assigns a chat server
}

func TestLookUpFindsEachRowOfTheTable(t *testing.T) {
	for i := range Specs() {
		spec := &Specs()[i]
		if !slices.Contains(LookUp(spec.Example[:3], spec.Dir), spec) {
			t.Errorf("LookUp(%q, %v) lacks the row %q of its own example", spec.Example[:3], spec.Dir, spec.Variant)
		}
	}
}

func TestLookUp(t *testing.T) {
	tests := []struct {
		name string
		dir  Direction
		want string // name/variant of the rows
	}{
		{"NLN", S2C, "NLN/ NLN/msnp14"},
		{"NLN", C2S, ""},
		{"nln", S2C, ""},
		{"USR", C2S, "USR/initial USR/response USR/sb-login"},
		{"USR", S2C, "USR/challenge USR/ok USR/sb-ok"},
		{"XFR", S2C, "XFR/ns XFR/sb"},
		{"GTC", S2C, "GTC/ GTC/msnp8-syn"},
		{"LST", S2C, "LST/ LST/msnp8-syn LST/msnp10-syn"},
		{"911", S2C, "###/error"},
		{"000", S2C, "###/error"},
		{"911", C2S, ""},
		{"###", S2C, "###/error"},
		{"91x", S2C, ""},
		{"", S2C, ""},
		{"NL", S2C, ""},
		{"NLNX", S2C, ""},
		{"\x00\xff\n", S2C, ""},
	}
	for _, test := range tests {
		var got []string
		for _, spec := range LookUp(test.name, test.dir) {
			got = append(got, spec.Name+"/"+spec.Variant)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("LookUp(%q, %v) = %q, want %q", test.name, test.dir, got, test.want)
		}
		if !slices.Equal(LookUp(test.name, test.dir), specsOf([]byte(test.name), test.dir)) {
			t.Errorf("LookUp(%q, %v) and specsOf differ", test.name, test.dir)
		}
	}
}

// The shape of the assumed dialect comes first, so that a reader who takes only
// one takes that.
func TestFirstShapeIsTheOldest(t *testing.T) {
	for _, spec := range Specs() {
		if first := LookUp(spec.Example[:3], spec.Dir)[0]; first.Since > spec.Since {
			t.Errorf("%s %v: first shape is since %v, another since %v", spec.Name, spec.Dir, first.Since, spec.Since)
		}
	}
}

func TestSpecsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for i := range Specs() {
		spec := &Specs()[i]
		id := fmt.Sprintf("%s %v %q", spec.Name, spec.Dir, spec.Variant)
		fail := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s: %s", id, fmt.Sprintf(format, args...))
		}
		if seen[id] {
			fail("twice in the table")
		}
		seen[id] = true
		if len(spec.Name) != 3 || len(spec.Roles) == 0 || spec.Since == 0 || spec.Category == CategoryUnknown {
			fail("name, roles, since or category missing: %+v", spec)
		}
		if spec.Until != 0 && spec.Until < spec.Since {
			fail("until %v before since %v", spec.Until, spec.Since)
		}
		checkTitle(t, id, spec.Title)
		checkSentences(t, id+" Explain", spec.Explain)
		if spec.Notes != "" {
			checkSentences(t, id+" Notes", spec.Notes)
		}
		for _, reply := range spec.Replies {
			if spec.Dir != C2S || LookUp(reply, S2C) == nil {
				fail("reply %q is no command of the server's", reply)
			}
		}
		checkParams(t, id, spec)
		checkExample(t, id, spec)
	}
}

func checkParams(t *testing.T, id string, spec *Spec) {
	t.Helper()
	names := map[string]bool{}
	for i, p := range spec.Params {
		id := id + " " + p.Name
		last := i == len(spec.Params)-1
		if p.Name == "" || names[p.Name] {
			t.Errorf("%s: name missing or taken", id)
		}
		names[p.Name] = true
		checkTitle(t, id, p.Meaning)
		if p.Repeat && !last {
			t.Errorf("%s: repeats, but is not the last parameter", id)
		}
		if p.Type == TypeLength && !(last && spec.Payload) {
			t.Errorf("%s: a length that is no payload's", id)
		}
		checkValues(t, id, &p)
	}
}

func checkValues(t *testing.T, id string, p *ParamSpec) {
	t.Helper()
	switch p.Type {
	case TypeEnum, TypeStatus, TypeList:
		if len(p.Values) < 2 {
			t.Errorf("%s: %d values", id, len(p.Values))
		}
	case TypeLiteral:
		if len(p.Values) != 1 {
			t.Errorf("%s: %d values of a literal", id, len(p.Values))
		}
	case TypeBool, TypeWord, TypeText:
	default:
		if len(p.Values) != 0 {
			t.Errorf("%s: a type that has no values has some", id)
		}
	}
	words := map[string]bool{}
	for _, v := range p.Values {
		if v.Word == "" || words[v.Word] {
			t.Errorf("%s: word %q empty or twice", id, v.Word)
		}
		words[v.Word] = true
		// Words that only ever stand there say nothing, nor do those of XFR's flag.
		if v.Meaning == "" && p.Type != TypeLiteral && p.Name != "flag" {
			t.Errorf("%s: %q has no meaning", id, v.Word)
		}
		checkProse(t, id+" "+v.Word, v.Meaning)
	}
}

// checkExample reads the example by the row it belongs to.
func checkExample(t *testing.T, id string, spec *Spec) {
	t.Helper()
	if strings.ContainsAny(spec.Example, "\r\n") {
		t.Errorf("%s: line end in example", id)
	}
	words := strings.Split(spec.Example, " ")
	if spec.Name != errorName && words[0] != spec.Name {
		t.Errorf("%s: example of another command: %q", id, spec.Example)
	}
	words = words[1:]
	if spec.TrID != TrIDNone {
		if len(words) == 0 || strings.Trim(words[0], "0123456789") != "" {
			t.Errorf("%s: no TrID in %q", id, spec.Example)
			return
		}
		words = words[1:]
	}
	least, most := 0, len(spec.Params)
	for _, p := range spec.Params {
		if !p.Optional {
			least++
		}
		if p.Repeat {
			most = len(words)
		}
	}
	if len(words) < least || len(words) > most {
		t.Errorf("%s: %d parameters in %q, want %d to %d", id, len(words), spec.Example, least, most)
	}
	for i, word := range words[:min(len(words), len(spec.Params))] {
		p := &spec.Params[i]
		closed := p.Type == TypeEnum || p.Type == TypeLiteral || p.Type == TypeStatus || p.Type == TypeList
		if closed && !p.Optional && !slices.ContainsFunc(p.Values, func(v Value) bool { return v.Word == word }) {
			t.Errorf("%s: %s is %q in %q", id, p.Name, word, spec.Example)
		}
	}
}

// The table is shown to the user: about the user, in the third person, without
// traces of where it was written.
var (
	firstPerson = regexp.MustCompile(`\b(I|[Mm]e|[Mm]y|[Mm]ine|[Ww]e|[Oo]ur|[Yy]ou|[Yy]our)\b`)
	foreignWord = regexp.MustCompile(`(?i)/work|/home|/tmp|\.md\b|\.json\b|\bseed\b|\bwiki\b|todo|skeleton`)
)

func checkProse(t *testing.T, id, text string) {
	t.Helper()
	if m := firstPerson.FindString(text); m != "" {
		t.Errorf("%s: %q in %q", id, m, text)
	}
	if m := foreignWord.FindString(text); m != "" {
		t.Errorf("%s: %q in %q", id, m, text)
	}
	if text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
		t.Errorf("%s: stray blanks in %q", id, text)
	}
}

// checkTitle checks a phrase: no sentence, short enough for a line of the page.
func checkTitle(t *testing.T, id, text string) {
	t.Helper()
	checkProse(t, id, text)
	if text == "" || strings.HasSuffix(text, ".") || len(text) > 130 {
		t.Errorf("%s: empty, long or a sentence: %q", id, text)
	}
}

func checkSentences(t *testing.T, id, text string) {
	t.Helper()
	checkProse(t, id, text)
	if !strings.HasSuffix(text, ".") || text[:1] != strings.ToUpper(text[:1]) || len(text) > 300 {
		t.Errorf("%s: no sentences, or too long: %q", id, text)
	}
}

func TestMeanings(t *testing.T) {
	if got := StatusMeaning("AWY"); got != "away" {
		t.Errorf("StatusMeaning(AWY) = %q", got)
	}
	if got := ListMeaning("RL"); !strings.HasPrefix(got, "reverse list") {
		t.Errorf("ListMeaning(RL) = %q", got)
	}
	if got := StatusMeaning("XXX") + StatusMeaning("") + ListMeaning("XL"); got != "" {
		t.Errorf("unknown words mean %q", got)
	}
}

func TestErrorCodes(t *testing.T) {
	names := map[string]int{}
	for i, e := range errorCodes {
		id := fmt.Sprintf("error %d", e.Code)
		if i > 0 && e.Code <= errorCodes[i-1].Code {
			t.Errorf("%s: not sorted, or twice", id)
		}
		if e.Code < 0 || e.Code > 999 || e.Name != strings.ToUpper(e.Name) || e.Name == "" {
			t.Errorf("%s: bad number or name %q", id, e.Name)
		}
		if other, taken := names[e.Name]; taken {
			t.Errorf("%s: name %s is that of %d", id, e.Name, other)
		}
		names[e.Name] = e.Code
		checkTitle(t, id, e.Meaning)
		checkProse(t, id, e.Notes)
		if got, ok := ErrorCodeOf(e.Code); !ok || got != e {
			t.Errorf("%s: ErrorCodeOf = %+v, %v", id, got, ok)
		}
	}
	for _, code := range []int{-1, 0, 99, 999, 1 << 40} {
		if got, ok := ErrorCodeOf(code); ok {
			t.Errorf("ErrorCodeOf(%d) = %+v", code, got)
		}
	}
}

func TestLookUpDoesNotAllocate(t *testing.T) {
	name, line := "NLN", []byte("NLN")
	var specs []*Spec
	n := testing.AllocsPerRun(100, func() {
		specs = LookUp(name, S2C)
		specs = specsOf(line, S2C)
		specs = LookUp("911", S2C)
		specs = LookUp("a name that is far too long to be one of a command", S2C)
		ErrorCodeOf(911)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
	_ = specs
}

func BenchmarkLookUp(b *testing.B) {
	names := []string{"MSG", "NLN", "911", "PRP", "XYZ"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		LookUp(names[i%len(names)], S2C)
	}
}

// BenchmarkBuildTable measures what the table costs at the start of the program.
func BenchmarkBuildTable(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		indexSpecs(gatherSpecs())
	}
}
