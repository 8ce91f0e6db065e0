// This file describes error replies: their shape, and what their numbers mean,
// which is looked up in the table of errors_data.go.

package decode

import (
	"cmp"
	"slices"
)

// ErrorCode is one number of the error replies.
type ErrorCode struct {
	Code    int
	Name    string  // in capitals: "AUTHENTICATION_FAILED"
	Meaning string  // what went wrong, in a few words
	Since   Dialect // 0: not known
	Closes  bool    // the server closes the connection after it
	Notes   string  // where it is met, where sources differ; "" if nothing
}

// ErrorCodeOf returns what is known about an error number.
func ErrorCodeOf(code int) (ErrorCode, bool) {
	i, ok := slices.BinarySearchFunc(errorCodes, code, func(e ErrorCode, code int) int { return cmp.Compare(e.Code, code) })
	if !ok {
		return ErrorCode{}, false
	}
	return errorCodes[i], true
}

// ErrorCodes returns all error numbers, in order. It must not be changed.
func ErrorCodes() []ErrorCode { return errorCodes }

// errorReplies is the family of error replies: one shape for all numbers.
var errorReplies = []Spec{
	{
		Name: errorName, Variant: "error", Dir: S2C, Roles: []Role{RoleDS, RoleNS, RoleSB}, Since: 2, TrID: TrIDOptional, Payload: true,
		Title:   "the server refuses a request",
		Explain: "The number says why; the transaction id repeats that of the request which failed. The connection usually stays open, except after errors of sign-in.",
		Notes:   "Some servers leave out the transaction id or add a text. From MSNP11 on a third word that is a number is the length of a payload with details; MSNP2-7 errors never have one.",
		Params: []ParamSpec{
			{Name: "text", Type: TypeText, Optional: true, Repeat: true, Meaning: "details, rarely given; from MSNP11 on the length of the payload"},
		},
		Example: "911 11",
	},
}
