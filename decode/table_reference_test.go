// This file compares the tables with the machine-readable reference of the
// protocol, where that lies beside the module.

package decode

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// readReference fills into from a file of the reference.
func readReference(t *testing.T, name string, into any) {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "protocol", name)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no reference to compare with: %s does not exist beside the module", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type referenceParam struct {
	Name, Type       string
	Optional, Repeat bool
	Values           []string
	Since, Until     string
}

type referenceCommand struct {
	Name, Variant string
	Server        []string
	Direction     string
	Since, Until  string
	TrID          string
	Params        []referenceParam
	Payload       *struct{}
	Example       string
	Replies       []string
}

// typesOf maps the reference's types to ours, which tell more apart.
var typesOf = map[string][]ParamType{
	"int": {TypeInt, TypeLength}, "version": {TypeVersion}, "word": {TypeWord}, "text": {TypeText, TypeSecret},
	"enum": {TypeEnum, TypeStatus, TypeList}, "literal": {TypeLiteral}, "email": {TypeHandle}, "nick": {TypeNick},
	"hostport": {TypeAddress}, "hostport0": {TypeAddress}, "hostportD": {TypeAddress}, "cookie": {TypeCookie},
	"lcid": {TypeLCID}, "url": {TypeURL}, "kv": {TypePair}, "csvint": {TypeGroups}, "bool01": {TypeBool},
	"guid": {TypeGUID}, "dialect": {TypeDialect},
}

// beyondReference are the rows of later dialects that the reference lacks.
var beyondReference = []string{
	"ILN s2c msnp14", "NLN s2c msnp14", "REM s2c msnp10", "LSG s2c msnp10-syn", "GET c2s ", "GET s2c ",
}

func TestTableAgreesWithReference(t *testing.T) {
	var commands []referenceCommand
	readReference(t, "commands.json", &commands)
	if len(commands)+len(beyondReference) != len(Specs()) {
		t.Errorf("%d rows, the reference has %d and lacks %d", len(Specs()), len(commands), len(beyondReference))
	}
	for _, row := range beyondReference {
		if !slices.ContainsFunc(Specs(), func(s Spec) bool { return row == fmt.Sprintf("%s %v %s", s.Name, s.Dir, s.Variant) }) {
			t.Errorf("the row %q does not exist", row)
		}
	}
	for _, want := range commands {
		dir := C2S
		if want.Direction == "S" {
			dir = S2C
		}
		i := slices.IndexFunc(Specs(), func(s Spec) bool {
			return s.Name == want.Name && s.Dir == dir && s.Variant == want.Variant
		})
		id := fmt.Sprintf("%s %v %q", want.Name, dir, want.Variant)
		if i < 0 {
			t.Errorf("%s is missing", id)
			continue
		}
		compareSpec(t, id, &Specs()[i], &want)
	}
}

func compareSpec(t *testing.T, id string, got *Spec, want *referenceCommand) {
	t.Helper()
	same := func(what string, got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %s %v, in the reference %v", id, what, got, want)
		}
	}
	tridRules := map[TrIDRule]string{TrIDRequired: "required", TrIDNone: "none", TrIDOptional: "optional"}
	same("servers", got.Roles, want.Server)
	same("since", got.Since, want.Since)
	same("until", got.Until, want.Until)
	same("TrID", tridRules[got.TrID], want.TrID)
	same("payload", got.Payload, want.Payload != nil)
	same("replies", got.Replies, want.Replies)
	same("example", got.Example, want.Example)
	same("number of parameters", len(got.Params), len(want.Params))
	for i := range min(len(got.Params), len(want.Params)) {
		p, w := &got.Params[i], &want.Params[i]
		id := id + " " + w.Name
		same("name of parameter", p.Name, w.Name)
		same(w.Name+" since", p.Since, w.Since)
		same(w.Name+" until", p.Until, w.Until)
		same(w.Name+" optional", p.Optional, w.Optional)
		same(w.Name+" repeat", p.Repeat, w.Repeat)
		if !slices.Contains(typesOf[w.Type], p.Type) {
			t.Errorf("%s: type %d, in the reference %s", id, p.Type, w.Type)
		}
		same(w.Name+" is a length", p.Type == TypeLength, w.Name == "length")
		same(w.Name+" is a secret", p.Type == TypeSecret, w.Name == "response")
		if w.Type == "enum" || w.Type == "literal" {
			var words []string
			for _, v := range p.Values {
				words = append(words, v.Word)
			}
			slices.Sort(words)
			slices.Sort(w.Values)
			same(w.Name+" values", words, w.Values)
		}
	}
}

func TestErrorsAgreeWithReference(t *testing.T) {
	var codes []struct {
		Code        int
		Name, Since string
		Disconnects bool
	}
	readReference(t, "errors.json", &codes)
	if len(codes) != len(errorCodes) {
		t.Errorf("%d numbers, the reference has %d", len(errorCodes), len(codes))
	}
	for _, want := range codes {
		got, ok := ErrorCodeOf(want.Code)
		if !ok || got.Name != want.Name || got.Since.String() != want.Since || got.Closes != want.Disconnects {
			t.Errorf("error %d is %+v, in the reference %+v", want.Code, got, want)
		}
	}
}
