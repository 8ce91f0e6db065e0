// This file knows what of the filter language can be asked of a command while it
// passes.

package rules

import (
	"strings"

	"msnscope/captures/filter"
)

// ParseFilter reads the filter of whoever decides about commands while they pass.
// Mistakes, and questions that have no answer yet, are a *filter.Error.
func ParseFilter(text string) (*filter.Query, error) {
	q, err := filter.Parse(text)
	if err != nil {
		return nil, err
	}
	if t, why := unknown(text); t != nil {
		return nil, &filter.Error{At: t.Start, End: t.End, Text: text[t.Start:t.End] + ": cannot be asked in a rule: " + why}
	}
	return q, nil
}

// notInRules are fields, and flags, that nothing is known of when a command passes.
var notInRules = map[string]string{
	"id":   "the event has no number before it is recorded",
	"sess": "a sign-in is put together later; acc: and conn: can be asked",
	"chat": "chats are put together later; acc: and conn: can be asked",
	"lat":  "the time to an answer is known later",
	"gap":  "the time since the event before is known later",
	"rule": "the rules of the protocol are checked later",
	"note": "rules see commands only",
	"mark": "events are marked later",

	"is:warning": "the rules of the protocol are checked later", "has:warning": "the rules of the protocol are checked later",
	"is:marked": "events are marked later", "has:mark": "events are marked later", "has:note": "notes are written later",
	"is:answer": "what is answered is known later", "has:latency": "the time to an answer is known later",
	"is:unanswered": "whether an answer comes is known later",
}

// unknown returns the first field or flag of a filter that a rule cannot ask,
// and why; nil if there is none.
func unknown(text string) (what *filter.Token, why string) {
	field := "" // whose values follow
	lists := 0  // of them that are open
	before := ""
	for _, t := range filter.Tokens(text) {
		word := strings.ToLower(text[t.Start:t.End])
		switch value := before == filter.TokenOp || lists > 0; {
		case t.Kind == filter.TokenField:
			field = word
			why = notInRules[field]
		case value && word == "(":
			lists++
		case value && word == ")":
			lists--
		case value:
			why = notInRules[field+":"+strings.Trim(word, `"`)]
		}
		if why != "" {
			return &t, why
		}
		before = t.Kind
	}
	return nil, ""
}
