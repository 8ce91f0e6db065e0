// This file tests how the bytes are counted that continue a character.

package conform

import "testing"

func TestContinued(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "plain text of some length": 0,
		"é": 1, "12345é78": 1, "1234567é": 1, "€": 2, "😀😀😀😀": 12,
		"\xc3\xc3\xc3\xc3\xc3\xc3\xc3\xc3":         0,  // only first bytes
		"\x80\x80\x80\x80\x80\x80\x80\x80\x80\xbf": 10, // only others
		"\x7f\xff\x80\x7f\xff\x80\x7f\xff\x80":     3,
	} {
		if got := continued([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
