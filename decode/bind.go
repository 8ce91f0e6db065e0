// This file binds the words of a line to the parameters of a Spec, and tells
// which of a command's shapes a line fits best. Real programs leave words out
// and add some, so that nothing is refused: readings are scored.

package decode

// maxParams is how many parameters a line is bound to; further words stay
// together in the last one.
const maxParams = 24

// bound is a word bound to a parameter. A nil spec is an extra word.
type bound struct {
	spec *ParamSpec
	word Span
}

// reading is one way to understand a line.
type reading struct {
	spec  *Spec
	score int
	n     int
	words [maxParams]bound
}

func (r *reading) bind(p *ParamSpec, w Span) {
	if r.n == maxParams {
		r.words[r.n-1].word.End = w.End
		return
	}
	r.words[r.n] = bound{p, w}
	r.n++
}

// bindAll binds a word of a repeated parameter, or the parts of it.
func (r *reading) bindAll(p *ParamSpec, line string, w Span) {
	for p.Commas {
		n := indexByte(w.in(line), ',')
		if n < 0 {
			break
		}
		if n > 0 {
			r.bindOne(p, line, Span{w.Start, w.Start + n})
		}
		w.Start += n + 1
	}
	if w.Len() > 0 {
		r.bindOne(p, line, w)
	}
}

func (r *reading) bindOne(p *ParamSpec, line string, w Span) {
	r.score += max(fit(p, line, w), 0)
	r.bind(p, w)
}

// What a reading gains or loses. The figures only have to keep an order: a
// wrong literal is worse than a wrong type, that than a missing word, that
// than a word too many.
const (
	scoreWrongLiteral = -8
	scoreWrongType    = -3
	scoreMissing      = -4
	scoreSkipped      = -2
	scoreExtra        = -1
	scoreOtherRole    = -2
	scoreOtherDialect = -1
)

// bindSpec reads the words (words[0] is the command's name) by spec. hasTrID
// says whether the word behind the name is a transaction id: not every line
// has the one that its shape asks for.
func bindSpec(r *reading, spec *Spec, line string, words []Span, ctx Context, hasTrID bool) {
	r.spec, r.score, r.n = spec, 0, 0 // words beyond n mean nothing
	i := 1
	if hasTrID {
		i++
	}
	if hasTrID != (spec.TrID == TrIDRequired) && spec.TrID != TrIDOptional {
		r.score += scoreMissing
	}
	if ctx.Role != RoleUnknown && !hasRole(spec.Roles, ctx.Role) {
		r.score += scoreOtherRole
	}
	if !inForce(spec.Since, spec.Until, ctx.Dialect) {
		r.score += scoreOtherDialect
	}
	end := len(words)
	params := spec.Params
	var last *ParamSpec
	var lastWord Span
	if n := len(params); n > 0 && params[n-1].Type == TypeLength && i < end && isNumber(line, words[end-1]) {
		last, lastWord = &params[n-1], words[end-1]
		params = params[:n-1]
		end--
		r.score += 2
	}
	for k := 0; k < len(params); k++ {
		p := &params[k]
		if p.Optional && p.Until != 0 && !inForce(p.Since, p.Until, ctx.Dialect) &&
			!(i < end && p.Type == TypeNick && strictFit(p, line, words[i])) {
			continue // a word that stands here in other dialects only
		}
		if p.Optional && p.Until == 0 && i < end && end-i <= ahead(params[k:], ctx.Dialect) {
			continue // a word that stands here from a later dialect on: there is room for all words behind it
		}
		if i >= end {
			if !p.Optional {
				r.score += scoreMissing
			}
			continue
		}
		if p.Repeat {
			for ; i < end; i++ {
				r.bindAll(p, line, words[i])
			}
			break
		}
		if p.Type == TypeNick && k+1 < len(params) && words[i].Start > words[i-1].End+1 &&
			end-i < len(params)-k && strictFit(&params[k+1], line, words[i]) {
			// An empty name: two blanks in a row.
			r.score++
			r.bind(p, Span{words[i-1].End + 1, words[i-1].End + 1})
			continue
		}
		f := fit(p, line, words[i])
		if f <= 0 {
			// A word that is not sent by some programs: the next parameter
			// takes this word if it fits there.
			if next := k + 1; next < len(params) && strictFit(&params[next], line, words[i]) && !odd(params[k:], end-i) {
				r.score += scoreSkipped
				continue
			}
			// A presence status in front of a handle, once documented for FLN.
			if p.Type == TypeHandle && i+1 < end && StatusMeaning(words[i].in(line)) != "" && fit(p, line, words[i+1]) > 0 {
				r.bind(&strayStatus, words[i])
				i++
				f = fit(p, line, words[i])
			}
		}
		// ADG's and REG's answers: name and id stand in either order.
		if p.Type == TypeNick && k+1 < len(params) && params[k+1].Name == "groupId" && i+1 < end &&
			isNumber(line, words[i]) && !isNumber(line, words[i+1]) {
			r.bind(&params[k+1], words[i])
			r.bind(p, words[i+1])
			r.score += 2
			i, k = i+2, k+1
			continue
		}
		switch {
		case f > 0:
			r.score += f
		case p.Type == TypeLiteral:
			r.score += scoreWrongLiteral
		default:
			r.score += scoreWrongType
		}
		r.bind(p, words[i])
		i++
	}
	for ; i < end; i++ {
		r.score += scoreExtra
		r.bind(nil, words[i])
	}
	if last != nil {
		r.bind(last, lastWord)
	}
}

// ahead returns how many parameters that are part of the dialect stand behind the
// first, which is not; 0 if it is.
func ahead(params []ParamSpec, dialect Dialect) (n int) {
	if inForce(params[0].Since, params[0].Until, dialect) {
		return 0
	}
	for i := range params {
		if inForce(params[i].Since, params[i].Until, dialect) {
			n++
		}
	}
	return n
}

// odd reports whether the first of words is an account that is written without
// an @, which people mistype and servers refuse, and not the name behind it: all
// words that must be there are.
func odd(params []ParamSpec, words int) bool {
	if params[0].Type != TypeHandle || params[1].Type != TypeNick {
		return false
	}
	for i := range params {
		if !params[i].Optional {
			words--
		}
	}
	return words >= 0
}

// strayStatus stands for a status where the table has none.
var strayStatus = ParamSpec{Name: "status", Type: TypeStatus, Meaning: "status"}

func (s Span) in(line string) string { return line[s.Start:s.End] }

func hasRole(roles []Role, role Role) bool {
	for _, r := range roles {
		if r == role {
			return true
		}
	}
	return false
}

// inForce reports whether something valid from since to until (0: open) is
// part of the dialect (0: not known, then the assumed one).
func inForce(since, until, dialect Dialect) bool {
	if dialect == 0 {
		dialect = AssumedDialect
	}
	return dialect >= since && (until == 0 || dialect <= until)
}

func isNumber(line string, w Span) bool {
	if w.Len() == 0 {
		return false
	}
	for i := w.Start; i < w.End; i++ {
		if line[i] < '0' || line[i] > '9' {
			return false
		}
	}
	return true
}

// strictFit reports whether a word is unmistakably of p's type.
func strictFit(p *ParamSpec, line string, w Span) bool {
	switch p.Type {
	case TypeWord, TypeText, TypeNick, TypeURL, TypeCookie, TypeSecret:
		return len(p.Values) > 0 && fit(p, line, w) > 1 ||
			p.Type == TypeNick && !isNumber(line, w)
	}
	return fit(p, line, w) > 1
}

// fit says how well a word fits a parameter: 0 or less not at all, 1 because
// anything would, more by its shape.
func fit(p *ParamSpec, line string, w Span) int {
	word := w.in(line)
	if len(p.Values) > 0 && p.Type != TypeStatus && p.Type != TypeList {
		for i := range p.Values {
			if p.Values[i].Word == word {
				return 3
			}
		}
		if p.Type == TypeWord || p.Type == TypeText {
			return 1
		}
		return 0
	}
	switch p.Type {
	case TypeInt, TypeLength:
		return two(isNumber(line, w) || p.Name == "caps" && isNumberPair(word))
	case TypeVersion:
		return two(word != "" && '0' <= word[0] && word[0] <= '9')
	case TypeStatus:
		return two(StatusMeaning(word) != "")
	case TypeList:
		return two(len(word) == 2 && word[1] == 'L')
	case TypeHandle:
		// MSNP10 and later have accounts behind N= too, which TypePair is for.
		return two(indexByte(word, '@') > 0 && (len(word) < 2 || word[:2] != "N="))
	case TypeAddress:
		return two(indexByte(word, ':') > 0 || indexByte(word, '.') > 0 || word == "0" || word == "D")
	case TypeLCID:
		return two(len(word) > 2 && word[0] == '0' && word[1]|0x20 == 'x')
	case TypePair:
		return two(indexByte(word, '=') > 0)
	case TypeGroups:
		for i := 0; i < len(word); i++ {
			if word[i] != ',' && (word[i] < '0' || word[i] > '9') {
				return 0
			}
		}
		return two(word != "")
	case TypeBool:
		return two(word == "0" || word == "1")
	case TypeGUID:
		return two(len(word) >= 36)
	case TypeDialect:
		return two(word == "0" || len(word) >= 4 && (word[:3] == "CVR" || word[:4] == "MSNP"))
	}
	return 1
}

// isNumberPair reports whether a word is two numbers, as what a client can do is
// from MSNP16 on: "2788999228:48".
func isNumberPair(word string) bool {
	i := indexByte(word, ':')
	return i > 0 && isNumber(word, Span{0, i}) && isNumber(word, Span{i + 1, len(word)})
}

func two(ok bool) int {
	if ok {
		return 2
	}
	return 0
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}
