// This file names the versions of the protocol.

package decode

import (
	"strconv"
	"strings"
)

// Dialect is a version of the protocol: the n of MSNPn. 0 means not known yet.
type Dialect uint8

// AssumedDialect is what a connection is taken to speak until its VER answer
// says otherwise.
const AssumedDialect Dialect = 7

// String returns "MSNP7", or "" when the dialect is not known.
func (d Dialect) String() string {
	if d == 0 {
		return ""
	}
	return "MSNP" + strconv.Itoa(int(d))
}

// ParseDialect reads a word such as "MSNP7". CVR0 and anything else is no
// dialect.
func ParseDialect(word string) (Dialect, bool) {
	digits, ok := strings.CutPrefix(word, "MSNP")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 8)
	if err != nil || n == 0 {
		return 0, false
	}
	return Dialect(n), true
}
