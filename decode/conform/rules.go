// This file defines rules and notes, and finds the rule of a code. The
// catalogue itself is in catalogue.go.

package conform

import (
	"cmp"
	"slices"
)

// Severity says how much a note matters.
type Severity uint8

// The severities.
const (
	Info    Severity = iota // real programs do it without harm
	Warning                 // something is likely to go wrong, or to be wrong already
	Error                   // real servers refuse it or close the connection, or nothing more can work
)

var severityNames = [...]string{"info", "warning", "error"}

// String returns "info", "warning" or "error".
func (s Severity) String() string { return severityNames[s] }

// MarshalText writes the name in JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Rule is a rule of the protocol that a connection can break.
type Rule struct {
	Code     string // stable, kebab-case
	Severity Severity
	Rule     string // one sentence
	Source   string // where it is written, or seen
}

// Catalogue returns all rules, sorted by code. It must not be changed.
func Catalogue() []Rule { return catalogue }

// RuleOf returns the rule of a code.
func RuleOf(code string) (Rule, bool) {
	i, ok := slices.BinarySearchFunc(catalogue, code, func(r Rule, code string) int { return cmp.Compare(r.Code, code) })
	if !ok {
		return Rule{}, false
	}
	return catalogue[i], true
}

// Note is a rule broken.
type Note struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Event    int64    `json:"event"` // the event it is about: the one fed, or one before it
	Text     string   `json:"text"`  // what happened, in words
}
