// This file serves what the tables of decode say about the protocol: commands,
// error numbers and rules, for the page's explanations and its help.

package web

import (
	"encoding/json"
	"net/http"
	"sync"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// The explained tables as JSON, see docs/page-protocol.md. Dialects are the n
// of MSNPn, 0 where the table has no limit.
type (
	explainedValue struct {
		Word    string `json:"word"`
		Meaning string `json:"meaning"`
	}
	explainedParam struct {
		Name     string           `json:"name"`
		Type     string           `json:"type"`
		Optional bool             `json:"optional,omitempty"`
		Repeat   bool             `json:"repeat,omitempty"`
		Values   []explainedValue `json:"values,omitempty"`
		Since    decode.Dialect   `json:"since,omitempty"`
		Until    decode.Dialect   `json:"until,omitempty"`
		Meaning  string           `json:"meaning"`
	}
	explainedCommand struct {
		Name     string           `json:"name"`
		Variant  string           `json:"variant,omitempty"`
		Dir      string           `json:"dir"`
		Roles    []string         `json:"roles"`
		Since    decode.Dialect   `json:"since,omitempty"`
		Until    decode.Dialect   `json:"until,omitempty"`
		TrID     string           `json:"trid"` // required, none, optional
		Params   []explainedParam `json:"params"`
		Payload  bool             `json:"payload,omitempty"`
		Title    string           `json:"title"`
		Explain  string           `json:"explain"`
		Notes    string           `json:"notes,omitempty"`
		Replies  []string         `json:"replies,omitempty"`
		Example  string           `json:"example,omitempty"`
		Category string           `json:"category"`
	}
	explainedError struct {
		Code    int            `json:"code"`
		Name    string         `json:"name"`
		Meaning string         `json:"meaning"`
		Since   decode.Dialect `json:"since,omitempty"`
		Closes  bool           `json:"closes,omitempty"`
		Notes   string         `json:"notes,omitempty"`
	}
	explainedRule struct {
		Code     string `json:"code"`
		Severity string `json:"severity"`
		Rule     string `json:"rule"`
		Source   string `json:"source"`
	}
	explained struct {
		Commands []explainedCommand `json:"commands"`
		Errors   []explainedError   `json:"errors"`
		Rules    []explainedRule    `json:"rules"`
	}
)

var trIDWords = [...]string{decode.TrIDRequired: "required", decode.TrIDNone: "none", decode.TrIDOptional: "optional"}

// explanations is the answer of /api/explain: the tables do not change.
var explanations = sync.OnceValue(func() []byte {
	var x explained
	for _, s := range decode.Specs() {
		c := explainedCommand{
			Name: s.Name, Variant: s.Variant, Dir: s.Dir.String(), Since: s.Since, Until: s.Until, TrID: trIDWords[s.TrID],
			Params: []explainedParam{}, Payload: s.Payload, Title: s.Title, Explain: s.Explain, Notes: s.Notes,
			Replies: s.Replies, Example: s.Example, Category: s.Category.String(),
		}
		for _, r := range s.Roles {
			c.Roles = append(c.Roles, r.String())
		}
		for _, p := range s.Params {
			param := explainedParam{
				Name: p.Name, Type: event.TypeName(p.Type), Optional: p.Optional, Repeat: p.Repeat,
				Since: p.Since, Until: p.Until, Meaning: p.Meaning,
			}
			for _, v := range p.Values {
				param.Values = append(param.Values, explainedValue(v))
			}
			c.Params = append(c.Params, param)
		}
		x.Commands = append(x.Commands, c)
	}
	for _, e := range decode.ErrorCodes() {
		x.Errors = append(x.Errors, explainedError(e))
	}
	for _, r := range conform.Catalogue() {
		x.Rules = append(x.Rules, explainedRule{r.Code, r.Severity.String(), r.Rule, r.Source})
	}
	b, err := json.Marshal(x)
	if err != nil {
		panic(err) // only plain values are put in
	}
	return append(b, '\n')
})

func (s *Server) serveExplain(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write(explanations())
}
