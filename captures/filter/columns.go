// This file reads the columns of an event that fields compare: words, numbers
// and flags.

package filter

import (
	"math"
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// words returns the words of an event for a field of kindWord; yield returns
// true when it has seen enough.
type words func(e *event.Event, m *meaning, yield func(word string) bool) bool

// numbers returns the number of an event for a field; ok is false if it has none.
type numbers func(e *event.Event) (n int64, ok bool)

// cmdWords yields the name of a command. The page shows the name of a note in
// its place, so that counts as well; except that of three letters, which only
// a command has.
func cmdWords(e *event.Event, _ *meaning, yield func(string) bool) bool {
	switch {
	case e.Kind == event.Command && e.Line >= 3:
		return yield(e.Cmd())
	case e.Kind == event.Note && len(e.Note) != 3:
		return yield(e.Note)
	}
	return false
}

func dirWords(e *event.Event, _ *meaning, yield func(string) bool) bool { return yield(e.Dir.String()) }

func kindWords(e *event.Event, _ *meaning, yield func(string) bool) bool {
	return yield(e.Kind.String())
}

func roleWords(e *event.Event, _ *meaning, yield func(string) bool) bool {
	return yield(e.Role.String())
}

func listWords(e *event.Event, m *meaning, yield func(string) bool) bool {
	return paramWords(e, m, decode.TypeList, listNames, yield)
}

// presenceWords yields the statuses that a command tells, or an error's number.
func presenceWords(e *event.Event, m *meaning, yield func(string) bool) bool {
	if isError(e) {
		return yield(e.Cmd())
	}
	if e.Kind == event.Command && string(e.Raw[:min(3, e.Line)]) == "FLN" {
		return yield("FLN")
	}
	return paramWords(e, m, decode.TypeStatus, statusNames, yield)
}

// names are the commands that can have a parameter of some type.
type names map[[3]byte]bool

var (
	statusNames = namesWith(decode.TypeStatus)
	listNames   = namesWith(decode.TypeList)
	nickNames   = namesWith(decode.TypeNick)
)

func namesWith(t decode.ParamType) names {
	n := names{}
	for _, s := range decode.Specs() {
		for _, p := range s.Params {
			if p.Type == t && len(s.Name) == 3 {
				n[[3]byte([]byte(s.Name))] = true
			}
		}
	}
	return n
}

func (n names) have(e *event.Event) bool {
	return e.Kind == event.Command && e.Line >= 3 && n[[3]byte(e.Raw)]
}

// paramWords yields the values of the parameters of a type.
func paramWords(e *event.Event, m *meaning, t decode.ParamType, of names, yield func(string) bool) bool {
	if !of.have(e) {
		return false
	}
	a := m.of(e)
	for i := range a.Params {
		if a.Params[i].Type == t && yield(a.Params[i].Value) {
			return true
		}
	}
	return false
}

func isError(e *event.Event) bool {
	return e.Kind == event.Command && e.Dir == decode.S2C && e.Line >= 3 && isDigit(e.Raw[0]) && isDigit(e.Raw[1]) && isDigit(e.Raw[2])
}

func isDigit(c byte) bool { return c-'0' < 10 }

func errorCode(e *event.Event) (int64, bool) {
	if !isError(e) {
		return 0, false
	}
	return int64(e.Raw[0]-'0')*100 + int64(e.Raw[1]-'0')*10 + int64(e.Raw[2]-'0'), true
}

func connNumber(e *event.Event) (int64, bool) { return e.Connection, true }
func sessNumber(e *event.Event) (int64, bool) { return e.Session, e.Session != 0 }
func tridNumber(e *event.Event) (int64, bool) {
	return e.TrID, e.Kind == event.Command && e.TrID >= 0
}
func idNumber(e *event.Event) (int64, bool) { return e.ID, true }

// latNumber is in nanoseconds.
func latNumber(e *event.Event) (int64, bool) { return e.Latency, e.Answers != 0 }

func sizeNumber(e *event.Event) (int64, bool) {
	switch e.Kind {
	case event.Gap:
		return e.Missing, e.Missing >= 0
	case event.Note:
		return 0, false
	}
	return int64(len(e.Raw)), true
}

func payloadNumber(e *event.Event) (int64, bool) {
	return int64(len(e.Raw) - e.Body), hasPayload(e)
}

func hasPayload(e *event.Event) bool { return e.HasPayload() }

// quietNumber is in nanoseconds.
func quietNumber(e *event.Event) (int64, bool) { return e.Quiet, e.Quiet >= 0 }

// eventFlag is a value of is: or has:.
type eventFlag struct {
	Value
	price int
	text  bool
	wants need
	test  func(e *event.Event, m *meaning) bool
}

var (
	notedOnly = need{from: math.MinInt64, to: math.MaxInt64, noted: true}
	openOnly  = need{from: math.MinInt64, to: math.MaxInt64, open: true}
)

func only(names ...string) need {
	return need{from: math.MinInt64, to: math.MaxInt64, commands: names}
}

// column is a flag that the columns of an event answer.
func column(name, hint string, test func(e *event.Event) bool) eventFlag {
	return eventFlag{Value{name, hint}, costColumn, false, everything, func(e *event.Event, _ *meaning) bool { return test(e) }}
}

var isFlags = []eventFlag{
	{Value{"error", "an error reply"}, costColumn, false, everything, func(e *event.Event, _ *meaning) bool { return isError(e) }},
	{Value{"typing", "somebody is typing"}, costBytes, true, only("MSG"), isTyping},
	column("rewritten", "other bytes were delivered, addresses included", func(e *event.Event) bool { return e.Delivered != nil }),
	column("edited", "other bytes were delivered, addresses of redirects aside", func(e *event.Event) bool {
		return len(e.Delivered) > 0 && len(e.Raw) > 0 && !isRedirect(e)
	}),
	column("dropped", "it was not delivered", func(e *event.Event) bool {
		return e.Delivered != nil && len(e.Delivered) == 0 || e.Kind == event.Note && e.Note == "dropped"
	}),
	column("injected", "it was sent by the proxy", func(e *event.Event) bool {
		return len(e.Delivered) > 0 && len(e.Raw) == 0 || e.Kind == event.Note && e.Note == event.NoteInjected
	}),
	column("held", "the proxy held it back", func(e *event.Event) bool { return e.Kind == event.Note && e.Note == "held" }),
	column("raw", "bytes that are no whole command", func(e *event.Event) bool { return e.Kind == event.Raw }),
	column("gap", "packets missing from the capture", func(e *event.Event) bool { return e.Kind == event.Gap }),
	column("note", "something the proxy did or saw", func(e *event.Event) bool { return e.Kind == event.Note }),
	column("partial", "a piece of a command", func(e *event.Event) bool { return e.Partial }),
	column("unknown", "a command nobody knows", func(e *event.Event) bool {
		// A file transfer speaks another protocol, with a few commands of its own.
		return e.Kind == event.Command && e.Line >= 3 && e.Role != decode.RoleFT && decode.LookUp(e.Cmd(), e.Dir) == nil
	}),
	{Value{"warning", "a rule of the protocol is broken"}, costColumn, false, notedOnly, hasWarning},
	{Value{"marked", "you marked it"}, costColumn, false, markedOnly, func(e *event.Event, _ *meaning) bool { return e.Mark.Word != "" }},
	{Value{"unanswered", "a request that was not answered so far"}, costColumn, false, openOnly, func(e *event.Event, _ *meaning) bool { return e.Unanswered }},
	column("answer", "it answers a request", func(e *event.Event) bool { return e.Answers != 0 }),
}

var hasFlags = []eventFlag{
	column("payload", "a payload follows the line", hasPayload),
	column("delivered", "other bytes were delivered", func(e *event.Event) bool { return e.Delivered != nil }),
	{Value{"warning", "a rule of the protocol is broken"}, costColumn, false, notedOnly, hasWarning},
	{Value{"note", "you wrote a note on it"}, costColumn, false, markedOnly, func(e *event.Event, _ *meaning) bool { return e.Mark.Note != "" }},
	{Value{"mark", "you marked it"}, costColumn, false, markedOnly, func(e *event.Event, _ *meaning) bool { return e.Mark.Word != "" }},
	column("latency", "it answers a request", func(e *event.Event) bool { return e.Answers != 0 }),
}

// laterFlags need more than one event to answer.
var laterFlags = map[string]string{
	"answered": "; is:answer finds the answers, lat: how long they took",
}

var isValues, hasValues = flagValues(isFlags), flagValues(hasFlags)

func flagValues(flags []eventFlag) (values []Value) {
	for _, f := range flags {
		values = append(values, f.Value)
	}
	return values
}

func isRedirect(e *event.Event) bool {
	cmd := string(e.Raw[:min(3, len(e.Raw))])
	return e.Kind == event.Command && (cmd == "XFR" || cmd == "RNG")
}

func isTyping(e *event.Event, m *meaning) bool {
	if !hasPayload(e) || e.Line < 3 || string(e.Raw[:3]) != "MSG" || !containsFold(e.Raw[e.Body:], "typinguser") {
		return false
	}
	if p := m.of(e).Payload; p != nil && p.Type == "text/x-msmsgscontrol" {
		for i := range p.Headers {
			if strings.EqualFold(p.Headers[i].Name, "TypingUser") {
				return true
			}
		}
	}
	return false
}

// hasWarning reports whether real programs are likely to mind: notes of severity
// info do not count.
func hasWarning(e *event.Event, _ *meaning) bool {
	worst, ok := e.Severity()
	return ok && worst >= conform.Warning
}

// ruleWords yields the codes of the rules that are broken.
func ruleWords(e *event.Event, _ *meaning, yield func(string) bool) bool {
	for i := range e.Warnings {
		if yield(e.Warnings[i].Code) {
			return true
		}
	}
	return false
}

// ruleValues are the codes of the rules.
func ruleValues() (values []Value) {
	for _, r := range conform.Catalogue() {
		values = append(values, Value{r.Code, r.Rule})
	}
	return values
}

// commandValues are the names of the command table, each once.
func commandValues() (values []Value) {
	seen := map[string]bool{}
	for _, s := range decode.Specs() {
		if !seen[s.Name] && len(s.Name) == 3 && s.Name[0] != '#' {
			seen[s.Name] = true
			values = append(values, Value{s.Name, s.Title})
		}
	}
	return values
}
