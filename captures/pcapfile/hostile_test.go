// This file measures what hostile files cost: time has to stay linear.

package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode/costtest"
)

// hostile returns files of some 8 MB that make a Reader lose its way as often
// as possible.
func hostile() map[string][]byte {
	const size = 8 << 20
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, size)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	few := sample(4)
	for i := range few {
		few[i].Data = few[i].Data[:1]
		few[i].Length = 1
	}
	files := map[string][]byte{}
	for name, f := range map[string]streamstest.File{"pcap": {}, "pcapng": {NG: true}} {
		file := f.Bytes(few)
		head := file[:24]
		if f.NG {
			head = file[:bytes.Index(file, []byte{6, 0, 0, 0})]
		}
		files[name+"/noise"] = append(bytes.Clone(head), noise...)
		files[name+"/zeroes"] = append(bytes.Clone(head), make([]byte, size)...)
		files[name+"/ones"] = append(bytes.Clone(head), bytes.Repeat([]byte{1, 0, 0, 0}, size/4)...)
		files[name+"/sixes"] = append(bytes.Clone(head), bytes.Repeat([]byte{6, 0, 0, 0, 36, 0, 0, 0}, size/8)...)
		chunk := append(bytes.Clone(file[len(head):]), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
		files[name+"/damage"] = append(bytes.Clone(head), bytes.Repeat(chunk, size/len(chunk))...)
	}
	return files
}

func BenchmarkHostile(b *testing.B) {
	for name, file := range hostile() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			problems := 0
			for b.Loop() {
				r, err := pcapfile.NewReader(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				_, list, _ := read(r)
				problems = len(list)
			}
			b.ReportMetric(float64(problems), "problems")
		})
	}
}

// repeated reads the same bytes over and over.
type repeated struct {
	what []byte
	at   int
	left int // bytes
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.left)], r.what[r.at:])
	r.at = (r.at + n) % len(r.what)
	r.left -= n
	return n, nil
}

// A few KB of gzip unpack to millions of empty files one after the other.
func TestManyEmptyFiles(t *testing.T) {
	empty := streamstest.File{}.Bytes(nil)
	const files = 5_000_000
	what := bytes.Repeat(empty, 10_000)
	r, err := pcapfile.NewReader(&repeated{what: what, left: files * len(empty)})
	if err != nil {
		t.Fatal(err)
	}
	var p pcapfile.Packet
	if err := r.Next(&p); err != io.EOF {
		t.Errorf("%v, want the end of the file", err)
	}
}

// Blocks that claim to be as long as one may be, and are none: each is looked
// at with all of its bytes at hand.
func TestManyLongBlocks(t *testing.T) {
	le := binary.LittleEndian
	costtest.Proportionate(t, 20_000, func(n int) func() {
		longest := (16 << 20) * n / 20_000 // as many as the buffer has
		pair := le.AppendUint32(nil, 0x99)
		pair = le.AppendUint32(pair, uint32(longest-4))
		pair = le.AppendUint32(pair, 0)
		pair = le.AppendUint32(pair, 5)
		pair = le.AppendUint32(pair, 12)
		pair = le.AppendUint32(pair, 12)
		file := pcapfile.AppendSection(nil, "test", pcapfile.LinkRaw)
		file = append(file, bytes.Repeat(pair, longest/len(pair)+n)...)
		r, err := pcapfile.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		return func() {
			var p pcapfile.Packet
			var damage *pcapfile.Problem
			for i := range n {
				if err := r.Next(&p); !errors.As(err, &damage) {
					t.Fatalf("block %d: %v", i, err)
				}
			}
		}
	})
}
