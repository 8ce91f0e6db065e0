// This file prepares what the command table says of each name in a direction
// and a dialect, as every command is checked against it.

package conform

import (
	"slices"

	"msnscope/decode"
)

// lastDialect stands for itself and all later ones: the table knows none that
// begins or ends after it.
const lastDialect decode.Dialect = 22

// form is what the table says of a name in a direction and a dialect.
type form struct {
	known    bool // a command has this name here, in some dialect
	opposite bool // in the other direction
	roles    uint // bit n: servers of role n have it
	since    decode.Dialect
	inForce  bool    // the dialect has it
	shapes   []shape // those of the dialect
	bare     bool    // one of them may lack its transaction id
	awaits   bool    // it has an answer that must come
}

// shape is a shape of a command.
type shape struct {
	trid decode.TrIDRule
	// words behind the transaction id; most is -1 for any number.
	least, most int
}

// namedForms are the forms of a name.
type namedForms struct {
	name string
	by   [2][lastDialect + 1]form
}

func (f *namedForms) of(dir decode.Direction, d decode.Dialect) *form {
	return &f.by[dir&1][min(d, lastDialect)]
}

// forms are those of all names of the table, unknownForms that of others.
var (
	forms        = gatherForms()
	errorForms   = forms["###"]
	formPlaces   = placeForms()
	unknownForms namedForms
)

func gatherForms() map[string]*namedForms {
	all := map[string]*namedForms{}
	for _, s := range decode.Specs() {
		f := all[s.Name]
		if f == nil {
			f = &namedForms{name: s.Name}
			all[s.Name] = f
		}
		for d := range f.by[s.Dir] {
			f.by[s.Dir.Opposite()][d].opposite = true
			f.by[s.Dir][d].add(&s, decode.Dialect(d))
		}
	}
	return all
}

// placeForms returns forms for formsOf: by what tells capital letters apart.
func placeForms() *[1 << 15]*namedForms {
	var places [1 << 15]*namedForms
	for name, f := range forms {
		if f != errorForms {
			places[placeOf([3]byte([]byte(name)))] = f
		}
	}
	return &places
}

func placeOf(name [3]byte) int {
	return int(name[0]&31)<<10 | int(name[1]&31)<<5 | int(name[2]&31)
}

// formsOf returns the forms of a name in capitals, nil if it is not in the
// table.
func formsOf(name [3]byte) *namedForms {
	if f := formPlaces[placeOf(name)]; f != nil && f.name == string(name[:]) {
		return f
	}
	return nil
}

// add adds a row of the table.
func (f *form) add(s *decode.Spec, d decode.Dialect) {
	if !f.known || s.Since < f.since {
		f.since = s.Since
	}
	f.known = true
	for _, r := range s.Roles {
		f.roles |= 1 << r
	}
	f.awaits = f.awaits || len(s.Replies) > 0
	if !valid(s, d) {
		return
	}
	f.inForce = true
	f.bare = f.bare || s.TrID != decode.TrIDRequired
	w := shape{trid: s.TrID}
	w.least, w.most = wordsOf(s, d)
	if !slices.Contains(f.shapes, w) {
		f.shapes = append(f.shapes, w)
	}
}

// has reports whether servers of a role have the command.
func (f *form) has(r decode.Role) bool { return f.roles>>r&1 == 1 }
