// This file decodes text by the name of its character set.

package decode

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// decodeCharset decodes b. Of a charset that is not known, or not declared, it
// is taken for UTF-8 if it is that, else for ISO-8859-1.
func decodeCharset(b []byte, charset string) string {
	if enc := encodingOf(charset); enc != nil {
		if text, err := enc.NewDecoder().Bytes(b); err == nil && utf8.Valid(text) {
			return string(text)
		}
	}
	return validText(string(b))
}

// encodingOf finds an encoding by its name; nil for UTF-8, which needs none,
// and for names that nobody knows.
func encodingOf(charset string) encoding.Encoding {
	if charset == "" || len(charset) > maxCharset || strings.EqualFold(charset, "UTF-8") {
		return nil
	}
	// The names of the web first: they are what mail programs of the era meant
	// by theirs, "iso-8859-1" with the quotes of windows-1252.
	if enc, err := htmlindex.Get(charset); err == nil {
		return enc
	}
	if enc, err := ianaindex.MIME.Encoding(charset); err == nil && enc != nil {
		return enc
	}
	return nil
}

// maxCharset is the longest name of a charset; the registry's longest has 45.
const maxCharset = 64
