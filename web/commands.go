// This file answers with the command table, for composing commands.

package web

import (
	"net/http"

	"msnscope/decode"
)

type commandJSON struct {
	Name     string      `json:"name"`
	Variant  string      `json:"variant,omitempty"`
	Dir      string      `json:"dir"`
	Roles    []string    `json:"roles"`
	Since    int         `json:"since"`
	Until    int         `json:"until,omitempty"`
	TrID     bool        `json:"trid"` // the second word is a transaction id
	Params   []paramJSON `json:"params"`
	Payload  bool        `json:"payload"` // the last parameter is the length of what follows the line
	Title    string      `json:"title"`
	Explain  string      `json:"explain"`
	Notes    string      `json:"notes,omitempty"`
	Example  string      `json:"example"`
	Category string      `json:"category"`
}

type paramJSON struct {
	Name     string      `json:"name"`
	Meaning  string      `json:"meaning"`
	Optional bool        `json:"optional,omitempty"`
	Repeat   bool        `json:"repeat,omitempty"`
	Length   bool        `json:"length,omitempty"` // that of the payload
	Values   [][2]string `json:"values,omitempty"` // word and meaning
}

// serveCommands answers with all shapes of all commands.
func (s *Server) serveCommands(w http.ResponseWriter, _ *http.Request) {
	list := []commandJSON{}
	for _, spec := range decode.Specs() {
		c := commandJSON{
			Name: spec.Name, Variant: spec.Variant, Dir: spec.Dir.String(), Roles: []string{}, Since: int(spec.Since), Until: int(spec.Until),
			TrID: spec.TrID == decode.TrIDRequired, Params: []paramJSON{}, Payload: spec.Payload, Title: spec.Title, Explain: spec.Explain,
			Notes: spec.Notes, Example: spec.Example, Category: spec.Category.String(),
		}
		for _, r := range spec.Roles {
			c.Roles = append(c.Roles, r.String())
		}
		for _, p := range spec.Params {
			q := paramJSON{Name: p.Name, Meaning: p.Meaning, Optional: p.Optional, Repeat: p.Repeat, Length: p.Type == decode.TypeLength}
			for _, v := range p.Values {
				q.Values = append(q.Values, [2]string{v.Word, v.Meaning})
			}
			c.Params = append(c.Params, q)
		}
		list = append(list, c)
	}
	answer(w, http.StatusOK, map[string]any{"list": list})
}
