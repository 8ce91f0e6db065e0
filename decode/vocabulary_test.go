// This file tests that the vocabulary has all words of this package's texts, and
// that explanations have no others of their own.

package decode

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// wordsOf returns the runs of letters and digits in a text that have a letter.
func wordsOf(text string) []string {
	text = strings.ToLower(text)
	return slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }), func(w string) bool {
		return strings.Trim(w, "0123456789") == ""
	})
}

func TestVocabulary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
					for _, w := range wordsOf(text) {
						words[w] = true
					}
				}
			}
			return true
		})
	}
	var list []string
	for w := range words {
		list = append(list, w)
	}
	slices.Sort(list)
	want := strings.Join(list, "\n") + "\n"
	if *update {
		if err := os.WriteFile("vocabulary.txt", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if vocabulary != want {
		for _, w := range list {
			if !OwnWord("\n" + w + "\n") {
				t.Errorf("%q is missing", w)
			}
		}
		t.Error("vocabulary.txt is not what this package says: go test ./decode -run TestVocabulary -update")
	}
}

// TestOwnWord checks of every kind of command that a word of its summary is in
// the vocabulary or among what the command brings along.
func TestOwnWord(t *testing.T) {
	checked := 0
	for _, c := range corpus(t) {
		for _, s := range c.samples {
			if s.ctx.Role == RoleFT {
				continue
			}
			brought := strings.ToLower(s.raw + UnescapeText(s.raw) + s.ctx.Account)
			summary := Annotate([]byte(s.raw), s.line, s.body, s.ctx).Summary
			for _, w := range wordsOf(summary) {
				checked++
				if !OwnWord(w) && !strings.Contains(brought, w) {
					t.Errorf("%q: %q in %q comes from nowhere", s.raw, w, summary)
				}
			}
		}
	}
	if checked < 5000 {
		t.Errorf("only %d words were checked", checked)
	}
}
