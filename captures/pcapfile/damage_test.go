// This file tests that what is sound in a damaged file is read.

package pcapfile_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

// TestTruncated cuts files off everywhere: all whole packets come out, then
// io.EOF at the end of a block and io.ErrUnexpectedEOF inside one.
func TestTruncated(t *testing.T) {
	want := sample(15)
	for _, f := range []streamstest.File{{}, {Big: true}, {NG: true}} {
		file := f.Bytes(want)
		all, _, _ := readBytes(t, file)
		for n := 28; n < len(file); n++ {
			got, problems, end := readBytes(t, file[:n])
			whole := 0
			for whole < len(all) && whole < len(got) && all[whole].Offset < int64(n) {
				whole++
			}
			if diff := same(got, want[:whole], f.NG); diff != "" || len(problems) > 0 {
				t.Fatalf("%+v cut at %d: %s %v", f, n, diff, problems)
			}
			if whole < len(all) && (end == io.EOF) != (all[whole].Offset == int64(n)) && !f.NG {
				t.Fatalf("%+v cut at %d: %v", f, n, end)
			}
			if end != io.EOF && end != io.ErrUnexpectedEOF {
				t.Fatalf("%+v cut at %d: %v", f, n, end)
			}
		}
	}
}

// TestTruncatedGzip: the packets before the cut come out, and the cut is told
// even where it lies between packets.
func TestTruncatedGzip(t *testing.T) {
	want := sample(200)
	file := streamstest.File{Gzip: true}.Bytes(want)
	got, problems, end := readBytes(t, file[:len(file)*2/3])
	if diff := same(got, want[:len(got)], false); diff != "" || end != io.ErrUnexpectedEOF || len(problems) > 0 {
		t.Error(diff, end, problems)
	}
	if len(got) < 50 {
		t.Errorf("%d packets", len(got))
	}
	got, problems, end = readBytes(t, file[:len(file)-8])
	if len(got) != 200 || end != io.ErrUnexpectedEOF || len(problems) > 0 {
		t.Errorf("without its checksum: %d packets, %v, %v", len(got), end, problems)
	}
	file[len(file)-6] ^= 1
	got, problems, end = readBytes(t, file)
	if len(got) != 200 || end != io.ErrUnexpectedEOF || len(problems) != 1 || !strings.Contains(problems[0], "gzip data is damaged") {
		t.Errorf("with a wrong checksum: %d packets, %v, %v", len(got), end, problems)
	}
}

// TestDamage damages one place of a file. The packets before and behind it come
// out, and no others.
func TestDamage(t *testing.T) {
	want := sample(60)
	type damage struct {
		name string
		do   func(b []byte, at, next int) []byte // at: where packet 30 begins; next: where 31 does
	}
	cut := func(b []byte, from, to int) []byte { return append(append([]byte(nil), b[:from]...), b[to:]...) }
	damages := []damage{
		{"length absurd", func(b []byte, at, _ int) []byte { return put(b, at+8, 0xf0f0f0f0) }},
		{"length too long", func(b []byte, at, next int) []byte { return put(b, at+8, uint32(next-at-16+40)) }},
		{"length much too long", func(b []byte, at, next int) []byte { return put(b, at+8, 2500) }},
		{"length too short", func(b []byte, at, next int) []byte { return put(b, at+8, uint32(next-at-16-13)) }},
		{"header zero", func(b []byte, at, _ int) []byte { return fill(b, at, at+16, 0) }},
		{"header 0xff", func(b []byte, at, _ int) []byte { return fill(b, at, at+16, 0xff) }},
		{"zeroes", func(b []byte, at, next int) []byte { return fill(b, at, next, 0) }},
		{"0xff and into the next", func(b []byte, at, next int) []byte { return fill(b, at+5, next+5, 0xff) }},
		{"bytes missing", func(b []byte, at, next int) []byte { return cut(b, at+20, at+30) }},
		{"bytes between", func(b []byte, at, next int) []byte {
			return append(append(bytes.Clone(b[:at]), "something that is no packet at all, but long enough"...), b[at:]...)
		}},
		{"cut off, and another file appended", func(b []byte, at, next int) []byte {
			return append(bytes.Clone(b[:at+21]), b...)
		}},
	}
	for _, f := range []streamstest.File{{}, {NG: true}} {
		for _, d := range damages {
			t.Run(map[bool]string{true: "pcapng/", false: "pcap/"}[f.NG]+d.name, func(t *testing.T) {
				file := f.Bytes(want)
				all, _, _ := readBytes(t, file)
				at, next := int(all[29].Offset), int(all[30].Offset)
				file = d.do(bytes.Clone(file), at, next)
				got, problems, end := readBytes(t, file)
				if len(problems) == 0 || len(problems) > 2 {
					t.Errorf("problems %q", problems)
				}
				for _, p := range problems {
					t.Log(p)
				}
				if end != io.EOF {
					t.Errorf("end %v", end)
				}
				// Packet 30, and in the worst case 31, may be lost or have other bytes.
				if diff := same(got[:29], want[:29], f.NG); diff != "" {
					t.Error(diff)
				}
				tail := got[len(got)-28:]
				for i := range tail {
					if !bytes.Equal(tail[i].Data, want[32+i].Data) {
						t.Fatalf("packet %d from the end differs", 28-i)
					}
				}
				most := 60
				if strings.Contains(d.name, "appended") {
					most = 29 + 60
				}
				if len(got) > most || len(got) < most-3 {
					t.Errorf("%d packets", len(got))
				}
			})
		}
	}
}

func put(b []byte, at int, v uint32) []byte {
	b[at], b[at+1], b[at+2], b[at+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	return b
}

func fill(b []byte, from, to int, v byte) []byte {
	for i := from; i < to; i++ {
		b[i] = v
	}
	return b
}

// TestZeroEnd: a crash leaves zeroes where data never reached the disk.
func TestZeroEnd(t *testing.T) {
	want := sample(10)
	for _, f := range []streamstest.File{{}, {NG: true}} {
		got, problems, end := readBytes(t, append(f.Bytes(want), make([]byte, 100_000)...))
		if diff := same(got, want, f.NG); diff != "" || len(problems) != 1 || end != io.ErrUnexpectedEOF {
			t.Error(diff, problems, end)
		}
	}
}

// TestDamagedBlocks: blocks that are framed well but make no sense are skipped
// alone.
func TestDamagedBlocks(t *testing.T) {
	want := sample(10)
	file := streamstest.File{NG: true}.Bytes(want)
	all, _, _ := readBytes(t, file)
	put(file, int(all[3].Offset)+8, 77)     // interface
	put(file, int(all[5].Offset)+20, 70000) // captured length
	got, problems, end := readBytes(t, file)
	if len(got) != 8 || len(problems) != 2 || end != io.EOF {
		t.Errorf("%d packets, %q, %v", len(got), problems, end)
	}
}

// FuzzReader reads arbitrary bytes. The memory taken is bounded by what is
// there, and every packet is a part of the file.
func FuzzReader(f *testing.F) {
	few := sample(6)
	for _, file := range []streamstest.File{
		{}, {Big: true, Nano: true}, {Modified: true}, {NG: true}, {NG: true, Big: true, Strange: true, Blocks: "eos"},
		{Gzip: true}, {NG: true, Resolution: 0x80 | 40, TimeOffset: 1 << 40, Application: pcapfile.Application},
	} {
		b := file.Bytes(few)
		f.Add(b)
		f.Add(b[:len(b)-7])
		f.Add(append(bytes.Clone(b), b...))
		rng := rand.New(rand.NewPCG(1, uint64(len(b))))
		for range 3 {
			c := bytes.Clone(b)
			c[rng.IntN(len(c))] = byte(rng.IntN(256))
			f.Add(c)
		}
	}
	for _, name := range []string{"ds.snoop", "ds-netmon1.cap", "ds-netmon2.cap", "ds-nokia.pcap", "ds-suse63.pcap", "ds.pcap.bz2", "ds.pcap.zst"} {
		f.Add(container(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		isCompressed := bytes.HasPrefix(b, []byte{0x1f, 0x8b}) || bytes.HasPrefix(b, []byte("BZh")) || bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd"))
		r, err := pcapfile.NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		var p pcapfile.Packet
		total, calls, last := 0, 0, int64(-1)
		for {
			err := r.Next(&p)
			var problem *pcapfile.Problem
			if errors.As(err, &problem) {
				calls++
			} else if err != nil {
				break
			} else {
				total += len(p.Data) + 8
				if p.Offset <= last {
					t.Fatalf("packet %d: offset %d after %d", p.Number, p.Offset, last)
				}
				last = p.Offset
			}
			if calls > len(b)+2 && !isCompressed {
				t.Fatalf("%d problems in %d bytes", calls, len(b))
			}
		}
		if total > len(b) && !isCompressed {
			t.Errorf("%d bytes of packets in a file of %d", total, len(b))
		}
	})
}
