// This file writes the catalogue as a page of documentation.

package conform

import (
	"fmt"
	"strings"
)

// Markdown returns the catalogue as a document, docs/conformance.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# The rules that connections are checked against

An event that breaks a rule carries a warning with the rule's code: ⚠ on the page, ` + "`warnings`" + ` in JSON, ` + "`rule:CODE`" + ` and
` + "`is:warning`" + ` (severity warning or error) in filters, and ` + "`msnscope check`" + `. A warning stands at the event at which it was found; when that
is later than the one it is about, it names that one. What both ends left unfinished when they closed stands in a note "unfinished".

* **error**: real servers refuse it or close the connection, or nothing more can work.
* **warning**: something is likely to go wrong, or to be wrong already.
* **info**: real programs do it without harm.

"draft" is the IETF draft draft-movva-msn-messenger-protocol-00 of 1999, "wiki" the page of msnp-wiki with the name given.

| code | severity | rule | source |
|---|---|---|---|
`)
	for _, r := range catalogue {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Code, r.Severity, strings.ReplaceAll(r.Rule, "|", `\|`), r.Source)
	}
	return b.String()
}
