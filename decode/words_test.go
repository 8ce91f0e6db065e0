// This file tests the cutting of lines into words and where TrIDs are found.

package decode

import (
	"fmt"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", "[]"}, {"  \t", "[]"}, {"OUT", "[OUT]"},
		{" INF  2\t ", "[INF 2]"}, {"MSG 1 N 2", "[MSG 1 N 2]"},
	} {
		var buf [8]Span
		var got []string
		for _, w := range Words(buf[:0], []byte(c.line)) {
			got = append(got, c.line[w.Start:w.End])
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%q: %v", c.line, got)
		}
	}
	var buf [8]Span
	line := []byte("LST 8 FL 201 1 3 bob@hotmail.com Bob")
	if n := testing.AllocsPerRun(100, func() { Words(buf[:0], line) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestTrID(t *testing.T) {
	for _, c := range []struct {
		dir     Direction
		dialect Dialect
		line    string
		want    int64
	}{
		{C2S, 7, "VER 0 MSNP7", 0},
		{C2S, 7, "CVR 3459705428 0x0409", 3459705428},
		{C2S, 7, "MSG 4 N 133", 4},
		{C2S, 7, "BYE 12\r\n", 12},
		{C2S, 7, "INF", -1},
		{C2S, 7, "INF x", -1},
		{C2S, 7, "OUT 5", -1},
		{C2S, 7, "PNG", -1},
		{C2S, 7, "BYE", -1},
		{S2C, 7, "RNG 11752099 1.2.3.4:1 CKI x a@b c", -1},
		{S2C, 9, "QNG 45", -1},
		{S2C, 7, "IPG 445", -1},
		{S2C, 7, "NOT 445", -1},
		{S2C, 7, "BPR 201 a@b PHH", -1},
		{S2C, 7, "MSG 5 6 7", -1},
		{S2C, 7, "NLN NLN a@b c", -1},
		{S2C, 7, "IRO 1 1 2 a@b c", 1},
		{S2C, 7, "ACK 6", 6},
		{S2C, 7, "CHL 0 123", 0},
		{S2C, 7, "ADD 0 RL 211 a@b c", 0},
		{S2C, 7, "ILN 9 NLN a@b c", 9},
		{S2C, 7, "911 5", 5},
		{S2C, 7, "911", -1},
		{S2C, 7, "911 It's over", -1},
		{S2C, 7, "PRP 8 9 PHH 123", 8},
		{S2C, 7, "PRP 9 PHH 123", -1},
		{S2C, 7, "PRP 9 PHH", -1},
		{S2C, 10, "PRP 9 MFN Al", 9},
		{S2C, 10, "PRP MFN Al", -1},
		{S2C, 7, "GTC 8 9 A", 8},
		{S2C, 7, "GTC 8 A", 8},
		{S2C, 8, "GTC A", -1},
		{S2C, 8, "BLP AL", -1},
		{S2C, 7, "LSG 8 9 1 3 0 Other%20Contacts 0", 8},
		{S2C, 8, "LSG 0 Other%20Contacts 0", -1},
		{S2C, 7, "LST 8 FL 201 1 3 a@b c 0", 8},
		{S2C, 8, "LST a@b c 11 0", -1},
	} {
		if got := TrID([]byte(c.line), c.dir, c.dialect); got != c.want {
			t.Errorf("%s %q: %d, want %d", c.dir, c.line, got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		word string
		want int64
		ok   bool
	}{
		{"0", 0, true}, {"007", 7, true}, {"", 0, false}, {"-1", 0, false}, {"1x", 1, false},
		{"9223372036854775808", maxNumber, true}, {"99999999999999999999999999", maxNumber, true},
	} {
		if got, ok := number([]byte(c.word)); ok != c.ok || ok && got != c.want {
			t.Errorf("%q: %d %v", c.word, got, ok)
		}
	}
}
