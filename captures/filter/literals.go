// This file takes out of a regular expression what a text must have in it that
// it matches, and makes it match within a longer text.

package filter

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// literalsOf returns words of which a text must have all of one list, in lower
// case, if re is to match it; nil if any text may do.
func literalsOf(re *regexp.Regexp) [][]string {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	return literals(tree.Simplify())
}

func literals(re *syntax.Regexp) [][]string {
	switch re.Op {
	case syntax.OpLiteral:
		fold := re.Flags&syntax.FoldCase != 0
		if fold && !isASCII(string(re.Rune)) {
			return nil
		}
		word := []byte(string(re.Rune))
		for i := range word {
			word[i] = lower[word[i]]
		}
		if fold { // the long s and the sign for kelvin are s and k, too
			return [][]string{strings.FieldsFunc(string(word), func(r rune) bool { return r == 's' || r == 'k' })}
		}
		return [][]string{{string(word)}}
	case syntax.OpCapture, syntax.OpPlus:
		return literals(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return literals(re.Sub[0])
		}
	case syntax.OpConcat:
		var all [][]string
		for _, sub := range re.Sub {
			all = saysBoth(all, literals(sub))
		}
		return all
	case syntax.OpAlternate:
		all := [][]string{}
		for _, sub := range re.Sub {
			all = saysEither(all, literals(sub))
		}
		return all
	}
	return nil
}

// loosened is a regular expression that matches whatever contains a match of
// re: without what it says of the places before and behind. "" if there is none
// that can be written.
func loosened(re string) string {
	tree, err := syntax.Parse(re, syntax.Perl)
	if err != nil {
		return ""
	}
	loosen(tree)
	loose := tree.String()
	if _, err := syntax.Parse(loose, syntax.Perl); err != nil {
		return ""
	}
	return loose
}

func loosen(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		*re = syntax.Regexp{Op: syntax.OpEmptyMatch, Flags: re.Flags}
	}
	for _, sub := range re.Sub {
		loosen(sub)
	}
}
