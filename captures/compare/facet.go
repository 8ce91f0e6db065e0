// This file names what may differ between two exchanges that are the same all
// the same: the facets.

package compare

import (
	"fmt"
	"math/bits"
	"strings"
)

// Facets is a set of them: those that are compared.
type Facets uint16

// The facets. The first of them are different in any two exchanges, so Default
// leaves them out.
const (
	TrID    Facets = 1 << iota // transaction ids
	Cookie                     // tickets and cookies, ids that one side makes up
	Digest                     // challenges, and what answers them
	Chat                       // session ids of switchboards
	Address                    // addresses and ports
	Version                    // list versions
	Time                       // time stamps, and how long answers take
	Order                      // how the directions of a connection interleave
	Note                       // what the proxy notes

	Account // who
	Name    // friendly names
	Text    // what messages say

	all = 1<<iota - 1
)

// Default is what is compared unless somebody asks for something else.
const Default = Account | Name | Text

// Facet is one facet with its words.
type Facet struct {
	Facet Facets
	Name  string // "trid"
	Means string // "transaction ids"
}

// List is all facets in the order in which they are shown.
var List = []Facet{
	{TrID, "trid", "transaction ids"},
	{Cookie, "cookie", "tickets, cookies and ids made up by one side"},
	{Digest, "digest", "challenges, and what answers them"},
	{Chat, "chat", "session ids of switchboards"},
	{Address, "address", "addresses and ports"},
	{Version, "version", "list versions"},
	{Time, "time", "time stamps, and how long answers take"},
	{Order, "order", "how the directions of a connection interleave"},
	{Note, "note", "what the proxy notes"},
	{Account, "account", "accounts"},
	{Name, "name", "friendly names"},
	{Text, "text", "what messages say"},
}

// ParseFacets reads a list such as "trid,cookie"; "all" is all of them.
func ParseFacets(list string) (Facets, error) {
	var set Facets
words:
	for word := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if word == "all" {
			set |= all
			continue
		}
		for _, f := range List {
			if word == f.Name {
				set |= f.Facet
				continue words
			}
		}
		return 0, fmt.Errorf("no facet %q: want %s or all", word, Facets(all))
	}
	return set, nil
}

// Has reports whether f is empty or part of the set.
func (s Facets) Has(f Facets) bool { return s&f == f }

// Ignored is the facets that are not in the set.
func (s Facets) Ignored() Facets { return all &^ s }

// String returns the names, with commas between them.
func (s Facets) String() string {
	names := make([]string, 0, bits.OnesCount16(uint16(s)))
	for _, f := range List {
		if s&f.Facet != 0 {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ",")
}
