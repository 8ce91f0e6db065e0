// Package pseudonym puts invented people, texts, addresses and secrets in the
// place of the real ones, so that a capture can be shown to others.
//
//	p := pseudonym.New()
//	err := export.Write(w, "pcapng", p.Source(src), export.Options{Secrets: true})
//
// The same word becomes the same invented one throughout, in commands, payloads
// and redirects: a person stays one person, a cookie still joins what it joined.
// It is made by a keyed hash (HMAC-SHA256) whose key is drawn for each New and
// never kept, so nothing has to be remembered and nothing can be looked up.
//
// What is kept is what the protocol fixes (names of commands, words of
// enumerations, numbers, transaction ids), times, latencies, ports and the shape
// of texts. What cannot be judged (unknown commands, bytes that are no command,
// payloads of unknown types, what file transfers carry) is replaced byte by byte.
package pseudonym
