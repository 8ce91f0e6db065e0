// This file tests what is written with the reader, and where a torn
// file is found to end.

package pcapfile

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAppendPacket(t *testing.T) {
	const when = 1006000000_123456789
	long := strings.Repeat("é", 40000)
	b := AppendSection(nil, Application, LinkRaw)
	b = AppendPacket(b, when, []byte("he"), []byte("ad"))
	b = AppendPacket(b, when+1, []byte("h"), nil, "one", "tw\xffo", long)
	if n, err := WholeBlocks(bytes.NewReader(b), int64(len(b))); n != int64(len(b)) || err != nil {
		t.Errorf("whole blocks %d of %d, %v", n, len(b), err)
	}
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var p Packet
	for i, want := range []string{"head", "h"} {
		if err := r.Next(&p); err != nil {
			t.Fatal(err)
		}
		if string(p.Data) != want || p.Time != when+int64(i) || p.Link != LinkRaw || !p.Live {
			t.Errorf("%q at %d, link %d, live %v", p.Data, p.Time, p.Link, p.Live)
		}
	}
	if len(p.Comments) != 3 || p.Comments[0] != "one" || p.Comments[1] != "tw\uFFFDo" {
		t.Fatalf("comments %.20q", p.Comments)
	}
	if c := p.Comments[2]; !strings.HasPrefix(long, c) || !utf8.ValidString(c) || len(c) != maxOption-1 {
		t.Errorf("a comment of %d bytes became one of %d", len(long), len(c))
	}
}

func TestWholeBlocks(t *testing.T) {
	section := AppendSection(nil, Application, LinkRaw)
	packet := AppendPacket(nil, 1, make([]byte, 1000), nil)
	twice := append(bytes.Clone(section), packet...)
	for name, test := range map[string]struct {
		file []byte
		want int // -1: an error
	}{
		"empty":           {nil, 0},
		"zeros":           {make([]byte, 100), 0},
		"text":            {[]byte("hello, this is no capture file at all"), -1},
		"short text":      {[]byte("hi"), -1},
		"half a section":  {section[:20], 0},
		"a section":       {section, len(section)},
		"half a packet":   {twice[:len(twice)-1], len(section)},
		"zeros behind":    {append(bytes.Clone(twice), make([]byte, MaxTorn+1)...), len(twice)},
		"noise behind":    {append(bytes.Clone(twice), bytes.Repeat([]byte{9}, 100)...), len(twice)},
		"damage far back": {append(bytes.Clone(section), bytes.Repeat([]byte{9}, MaxTorn+1)...), -1},
	} {
		n, err := WholeBlocks(bytes.NewReader(test.file), int64(len(test.file)))
		if (err != nil) != (test.want < 0) || err == nil && n != int64(test.want) {
			t.Errorf("%s: %d, %v; want %d", name, n, err, test.want)
		}
	}
}

func FuzzWholeBlocks(f *testing.F) {
	section := AppendSection(nil, Application, LinkRaw)
	f.Add(section)
	f.Add(AppendPacket(section, 1, make([]byte, 30), nil, "comment")[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := WholeBlocks(bytes.NewReader(b), int64(len(b)))
		if n < 0 || n > int64(len(b)) {
			t.Fatalf("%d of %d", n, len(b))
		}
		if err != nil {
			return
		}
		if again, err := WholeBlocks(bytes.NewReader(b[:n]), n); again != n || err != nil {
			t.Fatalf("%d, then %d, %v", n, again, err)
		}
	})
}
