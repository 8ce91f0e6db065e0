// This file defines the command table's types, a Spec being one shape of a
// command, and finds the rows of a name. The rows themselves are in
// commands_*.go, by family; the words of their enumerations in values.go.

package decode

import "slices"

// ParamType is the type of a parameter: what its word must look like and how
// its value is shown.
type ParamType uint8

// The parameter types.
const (
	TypeWord    ParamType = iota // any word
	TypeInt                      // decimal number
	TypeVersion                  // list version: decimal number or time stamp
	TypeText                     // any word, opaque
	TypeEnum                     // one of ParamSpec.Values
	TypeLiteral                  // exactly ParamSpec.Values[0]
	TypeHandle                   // account address, never escaped
	TypeNick                     // percent-encoded text
	TypeAddress                  // host[:port], also 0 or D where the protocol says so
	TypeCookie                   // switchboard ticket: secret
	TypeSecret                   // digest, password or ticket: secret
	TypeLCID                     // locale id, 0x and four hex digits
	TypeURL                      // web address or page
	TypePair                     // key=value
	TypeGroups                   // group ids separated by commas
	TypeBool                     // 0 or 1
	TypeGUID                     // {8-4-4-4-12} with or without braces
	TypeDialect                  // MSNPn, CVR0 or 0
	TypeStatus                   // three-letter presence status
	TypeList                     // FL AL BL RL PL
	TypeLength                   // payload length in bytes
)

// TrIDRule says whether the word after the name is a transaction id.
type TrIDRule uint8

// The transaction id rules.
const (
	TrIDRequired TrIDRule = iota
	TrIDNone
	TrIDOptional // present if the word is a number
)

// Value is one value of an enumeration with its meaning.
type Value struct{ Word, Meaning string }

// ParamSpec describes one parameter.
type ParamSpec struct {
	Name     string
	Type     ParamType
	Optional bool // may be missing; words are bound from the left, a required last length first
	Repeat   bool // takes all remaining words
	Commas   bool // Repeat: commas part words too
	// Values are all the words it can be, for the types enum, literal, status,
	// list and bool, or the words known to mean something, for the types word
	// and text. Other types have none.
	Values  []Value
	Since   Dialect // 0: as the command
	Until   Dialect // 0: still valid
	Meaning string  // what the parameter is
}

// Spec is one shape of a command in one direction.
type Spec struct {
	Name     string // "NLN"; "###" for an error reply
	Variant  string // tells shapes of one name and direction apart: "sb-ok"; "" for the usual one
	Dir      Direction
	Roles    []Role // servers it is used with
	Since    Dialect
	Until    Dialect // 0: still valid
	TrID     TrIDRule
	Params   []ParamSpec
	Payload  bool // ends in a length and carries that many bytes
	Title    string
	Explain  string // a sentence or two for a newcomer
	Notes    string // what real programs do differently; "" if nothing
	Replies  []string
	Example  string // one line without line end
	Category Category
}

// errorName is the Spec.Name of error replies: each # stands for a digit.
const errorName = "###"

// specs is the whole table, the others find its rows by direction and name.
var (
	specs                            = gatherSpecs()
	specIndex, specLists, errorSpecs = indexSpecs(specs)
)

// Specs returns the whole command table, family by family, the shapes of one
// name in the order in which LookUp gives them. It must not be changed.
func Specs() []Spec { return specs }

// LookUp returns the shapes of the command name in a direction, nil if there
// are none. Names are three capital letters; any three digits are an error
// reply. The shape of MSNP2-7 comes first. The result must not be changed.
func LookUp(name string, dir Direction) []*Spec {
	return specsOf([]byte(name), dir) // does not copy: specsOf only reads
}

// specsOf is LookUp for bytes of the wire.
func specsOf(name []byte, dir Direction) []*Spec {
	if len(name) != len(errorName) {
		return nil
	}
	if i, ok := letters(name); ok {
		return specLists[dir&1][specIndex[dir&1][i]]
	}
	if isDigit(name[0]) && isDigit(name[1]) && isDigit(name[2]) || string(name) == errorName {
		return errorSpecs[dir&1]
	}
	return nil
}

// letters returns the place of a name in an index of all names of three capital
// letters.
func letters(name []byte) (i int, ok bool) {
	a, b, c := name[0]-'A', name[1]-'A', name[2]-'A'
	return int(a)*26*26 + int(b)*26 + int(c), a < 26 && b < 26 && c < 26
}

func gatherSpecs() []Spec {
	all := slices.Concat(sessionCommands, presenceCommands, listsCommands, groupsCommands, switchboardCommands,
		servicesCommands, laterCommands, errorReplies)
	for i := range all {
		all[i].Category = categoryOf(all[i].Name)
	}
	return all
}

// indexSpecs finds the rows of each name: lists[dir][index[dir][letters(name)]].
// The first list is that of names without rows. Every frame is looked up several
// times, which a map makes twice as slow.
func indexSpecs(all []Spec) (index [2][26 * 26 * 26]uint8, lists [2][][]*Spec, errors [2][]*Spec) {
	lists = [2][][]*Spec{{nil}, {nil}}
	for i := range all {
		s := &all[i]
		if s.Name == errorName {
			errors[s.Dir] = append(errors[s.Dir], s)
			continue
		}
		l := &lists[s.Dir]
		at, _ := letters([]byte(s.Name))
		k := &index[s.Dir][at]
		if *k == 0 {
			*k = uint8(len(*l))
			*l = append(*l, nil)
		}
		(*l)[*k] = append((*l)[*k], s)
	}
	return index, lists, errors
}

// categoryOf returns the category of a name of the table.
func categoryOf(name string) Category {
	switch name {
	case "VER", "INF", "CVR", "CVQ", "USR", "CHL", "QRY":
		return CategoryAuth
	case "CHG", "ILN", "NLN", "FLN":
		return CategoryPresence
	case "SYN", "LST", "LSG", "ADD", "REM", "REA", "GTC", "BLP", "PRP", "BPR", "ADG", "REG", "RMG",
		"ADC", "SBP", "ADL", "RML", "FQY":
		return CategoryLists
	case "MSG", "ACK", "NAK", "CAL", "JOI", "RNG", "ANS", "IRO", "BYE", "UUM", "UBM", "SDG":
		return CategoryChat
	case errorName:
		return CategoryError
	}
	return CategoryControl
}
