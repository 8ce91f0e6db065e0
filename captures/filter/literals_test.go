// This file tests what is taken out of regular expressions.

package filter

import (
	"regexp"
	"testing"
)

func TestLoosened(t *testing.T) {
	texts := []string{"", "555-1234", "x555-1234y", "call 555-1234 now", "line\nhello\nline", "hello", "Hello world", "K\u212a"}
	for _, re := range []string{`\b\d{3}-\d{4}\b`, `^hello$`, `(?m)^hello$`, `\Ahello\z`, `(?i)^(hello|\bk)`, `\Bx?`, `^`, `a|^$`, `(^h|\bw)[a-z]+`, `(?s)^.*$`, `\Qa^b\E|[^0-9]+$`} {
		tight, loose := regexp.MustCompile(re), regexp.MustCompile(loosened(re))
		for _, s := range texts {
			for _, around := range []string{"", "a", "9", "\n", " ", "_"} {
				if tight.MatchString(s) && !loose.MatchString(around+s+around) {
					t.Errorf("%s matches %q, loosened to %s it does not match it within %q", re, s, loose, around)
				}
			}
		}
	}
}
