// This file is the table of fields: what completion and help show of each, and
// how its values are read.

package filter

import (
	"strings"
)

// FieldInfo describes a field for completion and help.
type FieldInfo struct {
	Name   string
	Hint   string  // what it holds, in a few words
	Values []Value // the values it can have, or those worth offering; nil: ask the data
}

// Value is a value of a field with its meaning.
type Value struct{ Text, Hint string }

// Fields returns the fields in the order in which completion offers them. The
// result must not be changed.
func Fields() []FieldInfo { return infos }

// kind is how the values of a field are read and compared.
type kind uint8

const (
	kindWord    kind = iota // one of a few words
	kindText                // free text: contains
	kindBytes               // the bytes of an event
	kindHex                 // the bytes of an event, written in hex
	kindAccount             // a handle
	kindNumber              // an integer
	kindSize                // a number of bytes: 4k
	kindSpan                // a length of time: 50ms
	kindTime                // a moment, or all of a day or minute
	kindFlag                // is: and has:
	kindConn                // a number or a role
	kindStatus              // an error number or a presence status
	kindChat                // a chat: its session id, its number, who is in it
)

type field struct {
	FieldInfo
	kind   kind
	also   []string // what people call it too, for suggestions
	words  words    // kindWord
	text   texts    // kindText
	number numbers  // kindNumber, kindSize, kindSpan, kindConn
	price  int
}

// ordered reports whether values of the field can be compared and form ranges.
func (f *field) ordered() bool {
	switch f.kind {
	case kindNumber, kindSize, kindSpan, kindTime, kindConn, kindStatus:
		return true
	}
	return false
}

var (
	dirValues  = []Value{{"c2s", "client to server"}, {"s2c", "server to client"}}
	kindValues = []Value{{"command", "a whole command"}, {"raw", "bytes that are no whole command"}, {"gap", "packets missing from the capture"}, {"note", "something the proxy did or saw"}}
	roleValues = []Value{{"DS", "dispatch server"}, {"NS", "notification server"}, {"SB", "switchboard"}, {"FT", "file transfer"}, {"GW", "HTTP gateway"}}
	listValues = []Value{{"FL", "forward list: contacts"}, {"AL", "allow list"}, {"BL", "block list"}, {"RL", "reverse list"}, {"PL", "pending list"}}

	statusValues = []Value{
		{"NLN", "online"}, {"BSY", "busy"}, {"IDL", "idle"}, {"BRB", "be right back"}, {"AWY", "away"},
		{"PHN", "on the phone"}, {"LUN", "out to lunch"}, {"HDN", "hidden"}, {"FLN", "offline"},
	}
	// statusWords are other words for a status.
	statusWords = map[string]string{
		"online": "NLN", "busy": "BSY", "idle": "IDL", "away": "AWY", "phone": "PHN", "lunch": "LUN", "hidden": "HDN", "offline": "FLN",
	}
)

// table holds the fields in the order of completion.
var table = []*field{
	{FieldInfo: FieldInfo{"cmd", "command name, or error number: MSG, 911", commandValues()}, kind: kindWord, words: cmdWords, price: costColumn, also: []string{"command", "name", "verb"}},
	{FieldInfo: FieldInfo{"from", "sender's account", nil}, kind: kindAccount, price: costText, also: []string{"sender", "src"}},
	{FieldInfo: FieldInfo{"to", "receiver's account", nil}, kind: kindAccount, price: costText, also: []string{"receiver", "recipient", "dst"}},
	{FieldInfo: FieldInfo{"acc", "account on either side", nil}, kind: kindAccount, price: costText, also: []string{"account", "user", "handle", "email", "contact"}},
	{FieldInfo: FieldInfo{"text", "what is said: the body of a message", nil}, kind: kindText, text: bodyText, price: costText, also: []string{"message", "body", "chattext", "says"}},
	{FieldInfo: FieldInfo{"is", "what an event is", isValues}, kind: kindFlag, also: []string{"flag"}},
	{FieldInfo: FieldInfo{"has", "what an event has", hasValues}, kind: kindFlag, also: []string{"with"}},
	{FieldInfo: FieldInfo{"dir", "direction", dirValues}, kind: kindWord, words: dirWords, price: costColumn, also: []string{"direction"}},
	{FieldInfo: FieldInfo{"status", "presence, or number of an error: AWY, >=200", statusValues}, kind: kindStatus, words: presenceWords, number: errorCode, price: costColumn, also: []string{"presence", "state"}},
	{FieldInfo: FieldInfo{"code", "number of an error", nil}, kind: kindNumber, number: errorCode, price: costColumn, also: []string{"error", "errno"}},
	{FieldInfo: FieldInfo{"list", "contact list", listValues}, kind: kindWord, words: listWords, price: costText, also: []string{"roster"}},
	{FieldInfo: FieldInfo{"nick", "friendly name", nil}, kind: kindText, text: nickText, price: costText, also: []string{"nickname", "friendlyname", "alias"}},
	{FieldInfo: FieldInfo{"conn", "connection: its number, or its role", roleValues}, kind: kindConn, words: roleWords, number: connNumber, price: costColumn, also: []string{"connection", "socket", "stream"}},
	{FieldInfo: FieldInfo{"sess", "session's number", nil}, kind: kindNumber, number: sessNumber, price: costColumn, also: []string{"session", "signin", "login"}},
	{FieldInfo: FieldInfo{"chat", "chat: its switchboard session id, or who is in it", nil}, kind: kindChat, price: costColumn, also: []string{"conversation", "room"}},
	{FieldInfo: FieldInfo{"role", "what kind of server", roleValues}, kind: kindWord, words: roleWords, price: costColumn, also: []string{"server"}},
	{FieldInfo: FieldInfo{"trid", "transaction id", nil}, kind: kindNumber, number: tridNumber, price: costColumn, also: []string{"transaction", "tid"}},
	{FieldInfo: FieldInfo{"id", "event's number", nil}, kind: kindNumber, number: idNumber, price: costColumn, also: []string{"event", "number"}},
	{FieldInfo: FieldInfo{"kind", "kind of event", kindValues}, kind: kindWord, words: kindWords, price: costColumn, also: []string{"type"}},
	{FieldInfo: FieldInfo{"time", "moment: 20:14, 2001-11-05, -5m, a..b", nil}, kind: kindTime, price: costColumn, also: []string{"date", "when", "ts"}},
	{FieldInfo: FieldInfo{"lat", "time from request to answer: >200ms", nil}, kind: kindSpan, number: latNumber, price: costColumn, also: []string{"latency", "took", "delay", "duration"}},
	{FieldInfo: FieldInfo{"gap", "time since the connection's event before: >2s", nil}, kind: kindSpan, number: quietNumber, price: costColumn, also: []string{"pause", "idle", "quiet", "silence"}},
	{FieldInfo: FieldInfo{"size", "bytes of the event: 1k..4k", nil}, kind: kindSize, number: sizeNumber, price: costColumn, also: []string{"length", "bytes", "len"}},
	{FieldInfo: FieldInfo{"payload", "bytes of the payload", nil}, kind: kindSize, number: payloadNumber, price: costColumn},
	{FieldInfo: FieldInfo{"header", "MIME header or field: header.content-type:text/x-*", nil}, kind: kindText, text: headerText, price: costText, also: []string{"mime", "headers"}},
	{FieldInfo: FieldInfo{"font", "font of a message", nil}, kind: kindText, text: fontText, price: costText, also: []string{"typeface"}},
	{FieldInfo: FieldInfo{"rule", "rule of the protocol that is broken: unanswered", ruleValues()}, kind: kindWord, words: ruleWords, price: costColumn, also: []string{"warning", "check", "conform"}},
	{FieldInfo: FieldInfo{"note", "your note; or the name of what the proxy noted: opened, closed", nil}, kind: kindText, text: noteText, price: costColumn, also: []string{"remark"}},
	{FieldInfo: FieldInfo{"mark", "your mark: star, red, or any word; * for all", markValues}, kind: kindText, text: markText, price: costColumn, also: []string{"bookmark", "colour", "color", "tag"}},
	{FieldInfo: FieldInfo{"raw", "the bytes on the wire", nil}, kind: kindBytes, price: costBytes, also: []string{"data", "wire"}},
	{FieldInfo: FieldInfo{"hex", "the bytes on the wire, in hex: \"0d 0a\"", nil}, kind: kindHex, price: costBytes},
}

var (
	infos  []FieldInfo
	byName map[string]*field
)

func init() { // after table, to which the parsing of values refers
	byName = make(map[string]*field)
	for _, f := range table {
		byName[f.Name] = f
		infos = append(infos, f.FieldInfo)
	}
}

// lookUp finds the field of a name that stands at start.
func (p *parser) lookUp(start int, name string) (*field, string, error) {
	lower := strings.ToLower(name)
	base, arg, dotted := strings.Cut(lower, ".")
	f := byName[base]
	end := start + len(name)
	switch {
	case f == nil:
		if s := nearestField(base); s != "" {
			return nil, "", p.suggest(start, start+len(base), `no field "`+base+`"`, s)
		}
		whole := p.bareEnd(p.pos) // text that happens to look like a field
		return nil, "", p.suggest(start, whole, `no field "`+base+`"`, quote(p.q[start:whole]))
	case f.Name == "header" && arg == "":
		return nil, "", p.suggest(start, end, "which header", "header.content-type")
	case f.Name != "header" && dotted:
		return nil, "", p.suggest(start, end, `"`+base+`" has no parts`, base)
	}
	return f, arg, nil
}

// nearestField returns the field that was meant by a name, "" if none is near.
func nearestField(name string) string {
	best, least := "", len(name)/3+1
	for _, f := range table {
		for i, known := range append([]string{f.Name}, f.also...) {
			d := distance(name, known)
			if i == 0 && len(known) < 4 && d > 1 { // everything is near to "to"
				continue
			}
			if d < least || d == 0 {
				best, least = f.Name, d
			}
		}
	}
	return best
}

// nearestValue returns the value that was meant by a word, "" if none is near.
func nearestValue(word string, values []Value) string {
	best, least := "", max(len(word)/2, 1)+1
	for _, v := range values {
		if d := distance(strings.ToLower(word), strings.ToLower(v.Text)); d < least {
			best, least = v.Text, d
		}
	}
	return best
}

// distance counts the letters inserted, left out, mistaken or swapped between
// two words.
func distance(a, b string) int {
	if len(a) > 32 || len(b) > 32 {
		return 32
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
