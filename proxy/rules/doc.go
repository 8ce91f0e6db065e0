// Package rules is what the proxy is told to do to commands, by whom: rules of
// a filter and an action each, from a file, the API or the page. The first rule
// whose filter matches a command, and that takes effect, is the one.
//
//	[bob's messages]
//	filter = cmd:MSG dir:c2s from:bob*
//	do     = hold 30s
//
//	[slow answers]
//	filter = dir:s2c conn:ns
//	do     = delay 300ms 100ms
//	chance = 25%
//	seed   = 7
//
// docs/rules.md says what a rule can do.
package rules
