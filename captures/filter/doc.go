// Package filter is the filter language of the page, of grep, of exports and
// of rules: one grammar, one parser, one meaning.
//
//	cmd:MSG from:alice@hotmail.com text:"hello"     chat lines of alice's with hello
//	status>=200 dir:s2c                             error answers
//	-cmd:(PNG, QNG) -is:typing                      no keep-alives, no typing
//	acc:bob* time:20:14..20:31 conn:sb              bob's switchboards in those minutes
//	text~/\b\d{3}-\d{4}\b/                          a regular expression (RE2) in chat text
//	header.content-type:text/x-* or size:1k..4k     a MIME header; a range
//
// The grammar:
//
//	query = [or]
//	or    = and { ("or" | "||" | "|") and }
//	and   = unary { ["and" | "&&"] unary }               a blank means and
//	unary = ("not" | "!" | "-") unary | "(" or ")" | term
//	term  = field op value | atom                        an atom alone searches summary, text and bytes
//	field = name [ "." name ]
//	op    = ":" | "=" | "!=" | ">" | ">=" | "<" | "<=" | "~" | "!~"
//	value = "(" value { [","] value } ")" | [lo] ".." [hi] | atom
//	atom  = "text" | /regex/[i] | bare                   bare: no blank ( ) " ,
//
// A list means any of. Within "text", \" \\ \n \r and \t are escapes. ":" is
// friendly: words and ids equal, whatever their case; texts contain, whatever
// their case; accounts equal with or without their domain; * in a bare word
// stands for anything. "=" is exact, "~" searches a regular expression.
// Numbers take units: size 4k (1024) or 1M, lat 50ms or 2s. A time is 20:14
// (any day), 20:14:07.5, 2001-11-05, 2001-11-05T20:14Z or -5m (five minutes
// ago); it means all of that minute, second or day.
package filter
