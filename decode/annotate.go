// This file holds Annotate: one command's bytes in, its meaning out.

package decode

import "strconv"

// Annotate explains one whole command. raw, line and body are those of its
// Frame: the command's bytes, the length of its line and where its payload
// begins. It never fails: what it does not know it passes on as words.
func Annotate(raw []byte, line, body int, ctx Context) Annotation {
	var a Annotation
	AnnotateInto(&a, raw, line, body, ctx)
	return a
}

// AnnotateInto is Annotate for many commands, one after the other: it overwrites
// what a held, slices and payload included, and uses their memory again.
func AnnotateInto(a *Annotation, raw []byte, line, body int, ctx Context) {
	line = min(max(line, 0), len(raw))
	body = min(max(body, line), len(raw))
	whole := string(raw) // what the words and the payload are pieces of
	text := whole[:line]
	a.forget()
	var room [24]Span
	words := appendSpans(room[:0], text)
	if len(words) == 0 {
		a.Summary = "an empty line"
		return
	}
	a.Name = validText(words[0].in(text))
	a.TrID = TrID(raw[:line], ctx.Dir, ctx.Dialect)
	var two [2]reading
	r := bestReading(&two, text, words, a.TrID >= 0, ctx)
	if r == nil {
		r = &two[0]
		r.unknown(words, a.TrID >= 0)
	}
	a.Spec = r.spec
	if a.Spec != nil {
		a.Title, a.Category = a.Spec.Title, a.Spec.Category
	} else {
		a.Title = "unknown command"
	}
	if cap(a.Params) < r.n {
		a.Params = make([]Param, 0, r.n)
	}
	a.Params = a.Params[:r.n]
	for i := range a.Params {
		a.Params[i].set(&r.words[i], text)
	}
	switch a.Name {
	case "PRP", "BPR":
		a.explainProperty()
	case "ADC", "LST":
		a.explainFields()
	}
	if a.Category == CategoryError {
		a.explainError()
	}
	if body < len(raw) {
		switch {
		case a.room == nil:
			a.room = new(Payload)
		case a.heads == nil: // there are several payloads
			a.heads = newHeads()
		}
		a.Payload = a.room
		a.Payload.parse(raw, whole, body, a.Name, a.heads)
	}
	a.Peer = peerOf(a, ctx)
	a.Summary = summarise(a, ctx)
}

// forget empties a, but for the memory that is used again. It does so field by
// field: a whole new Annotation would be copied.
func (a *Annotation) forget() {
	a.Name, a.Title, a.Summary, a.Peer = "", "", "", ""
	a.Spec, a.Payload = nil, nil
	a.Category, a.TrID = 0, -1
	a.Params = a.Params[:0]
}

// appendSpans cuts a line into words, at blanks.
func appendSpans(dst []Span, line string) []Span {
	for i := 0; i < len(line); {
		if line[i] == ' ' || line[i] == '\t' {
			i++
			continue
		}
		start := i
		for i < len(line) && line[i] != ' ' && line[i] != '\t' {
			i++
		}
		dst = append(dst, Span{start, i})
	}
	return dst
}

// appendSpansAndEmpty is appendSpans that takes every single blank as a
// separator: an empty name stands between two blanks.
func appendSpansAndEmpty(dst []Span, line string) []Span {
	end := len(line)
	for end > 0 && line[end-1] == ' ' {
		end--
	}
	start := 0
	for i := 0; i <= end; i++ {
		if i == end || line[i] == ' ' {
			dst = append(dst, Span{start, i})
			start = i + 1
		}
	}
	return dst
}

// bestReading tries the shapes of a command and returns the one that fits
// best, nil when the command is not known. It has room for the best one so far
// and the one being tried.
func bestReading(room *[2]reading, line string, words []Span, hasTrID bool, ctx Context) (best *reading) {
	specs := LookUp(words[0].in(line), ctx.Dir)
	next := 0
	try := func(spec *Spec, words []Span) {
		r := &room[next]
		bindSpec(r, spec, line, words, ctx, hasTrID)
		if best == nil || r.score > best.score {
			best, next = r, 1-next
		}
	}
	for _, spec := range specs {
		try(spec, words)
	}
	if best != nil && missesWord(best) && hasDoubleBlank(line) {
		var spans [24]Span
		all := appendSpansAndEmpty(spans[:0], line)
		for _, spec := range specs {
			try(spec, all)
		}
	}
	return best
}

// missesWord reports whether a reading has fewer words than its shape's
// required parameters.
func missesWord(r *reading) bool {
	need := 0
	for i := range r.spec.Params {
		if !r.spec.Params[i].Optional {
			need++
		}
	}
	return r.n < need
}

func hasDoubleBlank(line string) bool {
	for i := 1; i < len(line); i++ {
		if line[i] == ' ' && line[i-1] == ' ' {
			return true
		}
	}
	return false
}

// unknown passes the words of an unknown command on.
func (r *reading) unknown(words []Span, hasTrID bool) {
	r.spec, r.n = nil, 0
	words = words[1:]
	if hasTrID && len(words) > 0 {
		words = words[1:]
	}
	for _, w := range words {
		r.bind(nil, w)
	}
}

// set makes p the Param of a bound word.
func (p *Param) set(b *bound, line string) {
	raw := b.word.in(line)
	*p = Param{Raw: raw, Start: b.word.Start, End: b.word.End}
	if b.spec == nil {
		p.Name, p.Type = "extra", TypeText
		p.Value = validText(raw)
		return
	}
	p.Name, p.Type = b.spec.Name, b.spec.Type
	switch p.Type {
	case TypeNick, TypePair:
		p.Value = UnescapeText(raw)
	default:
		p.Value = validText(raw)
	}
	p.Secret = p.Type == TypeSecret || p.Type == TypeCookie
	p.Meaning = meaningOf(b.spec, raw)
}

// explainProperty says what the value of a property is that is Y or N.
func (a *Annotation) explainProperty() {
	switch a.param("type") {
	case "MOB", "MBE":
	default:
		return
	}
	for i := range a.Params {
		if p := &a.Params[i]; p.Name == "value" {
			switch p.Raw {
			case "Y":
				p.Meaning = "yes"
			case "N":
				p.Meaning = "no"
			}
		}
	}
}

// explainFields says what the fields of LST and ADC in MSNP8 and later are.
func (a *Annotation) explainFields() {
	if a.Spec == nil || a.Spec.Since < 8 {
		return
	}
	numbers := 0
	for i := range a.Params {
		p := &a.Params[i]
		switch _, ok := number([]byte(p.Raw)); {
		case p.Name == "lists":
			p.Meaning = listSum(p.Raw)
		case p.Name == "fields" && ok && numbers == 0:
			p.Meaning = listSum(p.Raw)
			numbers++
		case p.Name == "fields" && ok:
			p.Meaning = "network id"
		}
		if p.Name != "n" && p.Name != "fields" || len(p.Raw) < 2 || p.Raw[1] != '=' {
			continue
		}
		switch p.Raw[0] {
		case 'N':
			p.Meaning = "account"
		case 'F':
			p.Meaning = "friendly name"
			p.Value = UnescapeText(p.Raw)
		case 'C':
			p.Meaning = "id of the contact"
		}
	}
}

// field returns what stands behind "N=" or another key in the fields of LST and
// ADC, "" if it is not there.
func (a *Annotation) field(key string) string {
	for i := range a.Params {
		p := &a.Params[i]
		if (p.Name == "n" || p.Name == "fields") && len(p.Value) > len(key) && p.Value[:len(key)] == key {
			return p.Value[len(key):]
		}
	}
	return ""
}

// explainError gives an error reply the words for its number.
func (a *Annotation) explainError() {
	n, err := strconv.Atoi(a.Name)
	if err != nil {
		return
	}
	if e, ok := ErrorCodeOf(n); ok {
		a.Title = e.Meaning
		return
	}
	a.Title = "a number that is not known"
}

// param returns the value of the named parameter, "" if it is not there.
func (a *Annotation) param(name string) string {
	for i := range a.Params {
		if a.Params[i].Name == name {
			return a.Params[i].Value
		}
	}
	return ""
}

// meaning returns what the named parameter's value says.
func (a *Annotation) meaning(name string) string {
	for i := range a.Params {
		if a.Params[i].Name == name {
			return a.Params[i].Meaning
		}
	}
	return ""
}

// peerOf returns the account at the other end of what is said.
func peerOf(a *Annotation, ctx Context) string {
	for i := range a.Params {
		p := &a.Params[i]
		if p.Type == TypeHandle || p.Name == "sender" || p.Name == "target" || p.Name == "who" {
			if indexByte(p.Value, '@') > 0 {
				return p.Value
			}
		}
	}
	if a.Name == "LST" || a.Name == "ADC" { // MSNP10 and later
		if n := a.field("N="); indexByte(n, '@') > 0 {
			return n
		}
	}
	return ""
}
