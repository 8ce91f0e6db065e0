// This file knows the words that an explanation can have of its own, beside
// those that the command brings along: so a search need not explain millions of
// commands to find that a word is in none of their summaries.

package decode

import (
	_ "embed"
	"strings"
)

// vocabulary are the words of all texts in this package, in lower case, a line
// each. TestVocabulary says what is missing; with -update it writes the file.
//
//go:embed vocabulary.txt
var vocabulary string

// OwnWord reports whether word can be within a word of a Summary though it is
// neither in the bytes of the command, also with their percent-encoding taken
// off, nor in the account of the Context. word consists of ASCII letters in lower
// case and digits, with a letter among them. What is encoded in another way, as
// the subject of a mail may be, OwnWord does not know.
func OwnWord(word string) bool { return strings.Contains(vocabulary, word) }
