// This file holds Annotate: one command's bytes in, its meaning out.

package decode

import "strconv"

// Annotate explains one whole command. raw, line and body are those of its
// Frame: the command's bytes, the length of its line and where its payload
// begins. It never fails: what it does not know it passes on as words.
func Annotate(raw []byte, line, body int, ctx Context) Annotation {
	line = min(max(line, 0), len(raw))
	body = min(max(body, line), len(raw))
	text := string(raw[:line])
	a := Annotation{TrID: -1}
	var room [24]Span
	words := appendSpans(room[:0], text)
	if len(words) == 0 {
		a.Summary = "an empty line"
		return a
	}
	a.Name = validText(words[0].in(text))
	id := TrID(raw[:line], ctx.Dir, ctx.Dialect)
	r := bestReading(text, words, id >= 0, ctx)
	if r.spec == nil {
		r = unknownReading(text, words, id >= 0)
	}
	a.Spec = r.spec
	if a.Spec != nil {
		a.Title, a.Category = a.Spec.Title, a.Spec.Category
	} else {
		a.Title = "unknown command"
	}
	a.TrID = id
	a.Params = make([]Param, r.n, r.n)
	for i := range a.Params {
		a.Params[i] = paramOf(&r.words[i], text, i)
	}
	if a.Category == CategoryError {
		a.explainError()
	}
	if body < len(raw) {
		a.Payload = parsePayload(raw, body, a.Name)
	}
	a.Peer = peerOf(&a, ctx)
	a.Summary = summarise(&a, ctx)
	return a
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
// best; its spec is nil when the command is not known.
func bestReading(line string, words []Span, hasTrID bool, ctx Context) reading {
	var best, r reading
	specs := LookUp(words[0].in(line), ctx.Dir)
	if len(specs) == 0 {
		return best
	}
	try := func(spec *Spec, words []Span) {
		bindSpec(&r, spec, line, words, ctx, hasTrID)
		if best.spec == nil || r.score > best.score {
			best = r
		}
	}
	for _, spec := range specs {
		try(spec, words)
	}
	if missesWord(&best) && hasDoubleBlank(line) {
		var room [24]Span
		all := appendSpansAndEmpty(room[:0], line)
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

// unknownReading passes the words of an unknown command on.
func unknownReading(line string, words []Span, hasTrID bool) reading {
	var r reading
	words = words[1:]
	if hasTrID && len(words) > 0 {
		words = words[1:]
	}
	for _, w := range words {
		r.bind(nil, w)
	}
	return r
}

// paramOf makes the Param of a bound word.
func paramOf(b *bound, line string, i int) Param {
	raw := b.word.in(line)
	p := Param{Raw: raw, Start: b.word.Start, End: b.word.End}
	if b.spec == nil {
		p.Name, p.Type = "extra", TypeText
		p.Value = validText(raw)
		return p
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
	return p
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
	a.Title = "error " + a.Name
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
	return ""
}
