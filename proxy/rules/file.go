// This file reads and writes rules as text.

package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxFile is the longest text of rules.
const MaxFile = 1 << 20

// Parse reads rules as they stand in a file:
//
//	# a comment
//	[name of the rule]
//	filter = cmd:MSG dir:c2s
//	do     = hold 30s
//	chance = 25%
//	seed   = 7
//	limit  = 3
//	off
//
// The error is an *Error with line and column. All rules are checked.
func Parse(text string) ([]Rule, error) {
	f := file{list: []Rule{}}
	if len(text) > MaxFile {
		return nil, &Error{Text: "a file of rules has 1 MiB at most", Index: -1, Line: 1, Column: 1}
	}
	text = strings.TrimPrefix(text, "\ufeff") // which editors of Windows put there
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if err := f.line(n, strings.TrimRight(line, " \t\r")); err != nil {
			return nil, err
		}
	}
	if err := f.whole(); err != nil {
		return nil, err
	}
	if _, err := makeAll(f.list); err != nil {
		if err.Index >= 0 {
			at := f.places[err.Index][err.Field]
			if at.line == 0 {
				at = f.places[err.Index]["name"]
			}
			err.Line, err.Column = at.line, at.column+err.At
		} else {
			err.Line, err.Column = 1, 1
		}
		return nil, err
	}
	return f.list, nil
}

// place is where a value begins.
type place struct{ line, column int }

type file struct {
	list   []Rule
	places []map[string]place
}

func (f *file) line(n int, s string) error {
	body := strings.TrimLeft(s, " \t")
	column := len(s) - len(body) + 1
	fail := func(column int, format string, args ...any) error {
		return &Error{Text: fmt.Sprintf(format, args...), Index: len(f.list) - 1, Line: n, Column: column}
	}
	switch {
	case body == "" || body[0] == '#':
		return nil
	case body[0] == '[':
		if body[len(body)-1] != ']' {
			return fail(column+len(body), `the "]" behind the name of the rule is missing`)
		}
		if err := f.whole(); err != nil {
			return err
		}
		f.list = append(f.list, Rule{Name: strings.TrimSpace(body[1 : len(body)-1])})
		f.places = append(f.places, map[string]place{"name": {n, column + 1}})
		return nil
	case len(f.list) == 0:
		return fail(column, "a rule begins with its name: [name]")
	}
	r := &f.list[len(f.list)-1]
	places := f.places[len(f.places)-1]
	name, value, ok := strings.Cut(body, "=")
	name = strings.TrimRight(name, " \t")
	if name == "off" && !ok {
		r.Off = true
		return nil
	}
	if !ok {
		return fail(column, "want name = value, have %q", body)
	}
	rest := strings.TrimLeft(value, " \t")
	at := place{n, column + len(body) - len(rest)}
	if _, twice := places[name]; twice && name != "name" {
		return fail(column, "%s stands here twice", name)
	}
	places[name] = at
	var err error
	switch name {
	case "filter":
		r.Filter = rest
	case "do":
		r.Do = rest
	case "chance":
		r.Chance, err = parseChance(rest)
	case "seed":
		r.Seed, err = strconv.ParseUint(rest, 10, 64)
	case "limit":
		r.Limit, err = strconv.ParseInt(rest, 10, 64)
		if err == nil && r.Limit < 1 {
			err = strconv.ErrRange
		}
	case "off":
		r.Off, err = strconv.ParseBool(rest)
	default:
		return fail(column, "a rule has no %q: it has filter, do, chance, seed, limit and off", name)
	}
	if err != nil {
		return fail(at.column, "%s", map[string]string{
			"chance": "a chance is above 0% and at most 100%, or above 0 and at most 1", "seed": "a seed is a number from 0", "limit": "a limit is a number from 1",
			"off": "off stands alone, or is true or false",
		}[name])
	}
	return nil
}

// whole checks that the last rule has what it needs.
func (f *file) whole() error {
	if len(f.list) == 0 {
		return nil
	}
	at := f.places[len(f.list)-1]
	for _, need := range []string{"filter", "do"} {
		if at[need].line == 0 {
			return &Error{
				Text: fmt.Sprintf("the rule %q has no line %q", f.list[len(f.list)-1].Name, need+" = ..."), Rule: f.list[len(f.list)-1].Name,
				Index: len(f.list) - 1, Field: need, Line: at["name"].line, Column: at["name"].column,
			}
		}
	}
	return nil
}

func parseChance(s string) (float64, error) {
	n, isPercent := strings.CutSuffix(s, "%")
	n = strings.TrimSpace(n)
	if isPercent && !strings.ContainsAny(n, "eEpP") {
		n, isPercent = n+"e-2", false // 7.1 is no float; 7.1/100 may be another than 0.071
	}
	c, err := strconv.ParseFloat(n, 64)
	if isPercent {
		c /= 100
	}
	if err == nil && !(c > 0 && c <= 1) {
		err = strconv.ErrRange
	}
	return c, err
}

// Format writes rules as Parse reads them.
func Format(list []Rule) string {
	var b strings.Builder
	for i, r := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "[%s]\nfilter = %s\ndo     = %s\n", r.Name, r.Filter, r.Do)
		if r.Chance > 0 && r.Chance < 1 {
			fmt.Fprintf(&b, "chance = %s\n", percent(r.Chance))
		}
		if r.Seed != 0 {
			fmt.Fprintf(&b, "seed   = %d\n", r.Seed)
		}
		if r.Limit != 0 {
			fmt.Fprintf(&b, "limit  = %d\n", r.Limit)
		}
		if r.Off {
			b.WriteString("off\n")
		}
	}
	return b.String()
}

// percent writes a chance between 0 and 1. It moves the point: 0.07 times 100 is
// 7.000000000000001.
func percent(chance float64) string {
	digits := strings.TrimPrefix(strconv.FormatFloat(chance, 'f', -1, 64), "0.")
	if len(digits) < 2 {
		digits += "0"
	}
	whole, part := strings.TrimLeft(digits[:2], "0"), digits[2:]
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		part = "." + part
	}
	return whole + part + "%"
}
