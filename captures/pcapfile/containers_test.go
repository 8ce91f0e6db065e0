// This file tests that every kind of file is either read or refused by name.

package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

func container(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "containers", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestContainersRead: the same packets, whatever the file they are in.
func TestContainersRead(t *testing.T) {
	want, problems, end := readBytes(t, container(t, "ds.pcap"))
	if len(want) == 0 || len(problems) > 0 || end != io.EOF {
		t.Fatal(len(want), problems, end)
	}
	for _, tt := range []struct {
		file, format string
		tick         int64 // ns, to which times are kept
	}{
		{"ds-nano.pcap", "pcap (nanoseconds)", 1},
		{"ds-modified.pcap", "pcap (modified)", 1},
		{"ds-redhat61.pcap", "pcap (Red Hat 6.1)", 1},
		{"ds-suse63.pcap", "pcap (SuSE 6.3)", 1},
		{"ds-nokia.pcap", "pcap (Nokia)", 1},
		{"ds.snoop", "snoop", 1},
		{"ds-netmon1.cap", "Network Monitor 1", 1e6},
		{"ds-netmon2.cap", "Network Monitor 2", 1e3},
		{"ds.pcap.gz", "pcap, gzip", 1},
		{"ds.pcap.bz2", "pcap, bzip2", 1},
		{"ds.pcap.zst", "pcap, zstd", 1},
	} {
		t.Run(tt.file, func(t *testing.T) {
			file := container(t, tt.file)
			for how, source := range map[string]io.Reader{"whole": bytes.NewReader(file), "by the byte": iotest.OneByteReader(bytes.NewReader(file))} {
				r, err := pcapfile.NewReader(source)
				if err != nil {
					t.Fatal(err)
				}
				got, problems, end := read(r)
				if r.Format() != tt.format {
					t.Errorf("%s: format %q, want %q", how, r.Format(), tt.format)
				}
				if len(problems) > 0 || end != io.EOF {
					t.Errorf("%s: %q, %v", how, problems, end)
				}
				for i := range got {
					if i < len(want) && (got[i].Time-want[i].Time <= tt.tick && want[i].Time-got[i].Time <= tt.tick) {
						got[i].Time = want[i].Time
					}
				}
				if diff := same(got, want, false); diff != "" {
					t.Errorf("%s: %s", how, diff)
				}
			}
			// Cut off anywhere, what was before the cut comes out.
			for n := 0; n < len(file); n += 13 {
				r, err := pcapfile.NewReader(bytes.NewReader(file[:n]))
				if err != nil {
					if !errors.Is(err, pcapfile.ErrNotCapture) {
						t.Fatalf("cut at %d: %v", n, err)
					}
					continue
				}
				got, _, end := read(r)
				for i := range got {
					if i >= len(want) || !bytes.Equal(got[i].Data, want[i].Data) && i > 0 { // one packet alone may not tell the layout
						t.Fatalf("cut at %d: packet %d differs", n, i+1)
					}
				}
				if end != io.EOF && end != io.ErrUnexpectedEOF {
					t.Fatalf("cut at %d: %v", n, end)
				}
				if len(got) < len(want) && strings.Contains(tt.format, ", ") && end != io.ErrUnexpectedEOF {
					t.Fatalf("cut at %d: nothing tells of the cut", n)
				}
			}
		})
	}
}

// TestContainersRefused: the error names what the file is.
func TestContainersRefused(t *testing.T) {
	files := map[string]string{
		"ds.5views": "5View", "ds.k12": "K12", "ds.lanalyzer": "LANalyzer", "ds.nettl": "nettl", "ds.observer": "Observer",
		"ds.visual": "Visual Networks", "ds.sniffer": "Sniffer", "ds.xray": "NetXRay", "ds.pcap.xz": "xz -d", "ds.pcap.lz4": "lz4 -d",
		"ds.tar": "tar archive",
	}
	texts := map[string]string{
		"iptrace 2.0....":                                         "iptrace",
		"\xff\xfeC\x00:\x00":                                      "UTF-16",
		"  \r\n<!doctype html>":                                   "HTML page",
		"\ufeff<HTML><title>403 Forbidden</title>":                "HTML page",
		"<?xml version=\"1.0\"?><pdml>":                           "XML",
		"version https://git-lfs.github.com/spec/v1\noid sha256:": "Git LFS",
		"PK\x03\x04\x14\x00":                                      "ZIP",
		"\x1f\x9d\x90\x01":                                        "compress(1)",
		"RTSS\x01\x01\x01":                                        "inside its Network Monitor header",
		"GMBU\x00\x05" + strings.Repeat("\x00", 130):              "Network Monitor file of version 5.0",
		"GMBU\x00\x02" + strings.Repeat("\x00", 130):              "table of frames",
		"snoop\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x04":       "snoop file of version 3",
		"snoop\x00\x00\x00\x00\x00":                               "inside its snoop header",
		string(erf(sample(3))):                                    "ERF",
		"\xde\xad\xbe\xef and what not":                           "it begins",
	}
	for name, want := range files {
		texts[string(container(t, name))] = want
	}
	for file, want := range texts {
		_, err := pcapfile.NewReader(strings.NewReader(file))
		if !errors.Is(err, pcapfile.ErrNotCapture) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%.20q: %v, want %q", file, err, want)
		}
	}
}

// erf writes packets as Endace's cards do.
func erf(packets []pcapfile.Packet) []byte {
	var b []byte
	for _, p := range packets {
		b = binary.LittleEndian.AppendUint64(b, uint64(p.Time/1e9)<<32)
		b = append(b, 2, 4)
		b = binary.BigEndian.AppendUint16(b, uint16(18+len(p.Data)))
		b = append(b, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(p.Length))
		b = append(append(b, 0, 0), p.Data...)
	}
	return b
}

// TestAIX: AIX's tcpdump has version 2.2, interface types in place of link
// types, and nanoseconds.
func TestAIX(t *testing.T) {
	want := sample(9)
	file := streamstest.File{Nano: true, Big: true}.Bytes(want)
	copy(file, "\xa1\xb2\xc3\xd4\x00\x02\x00\x02")
	file[23] = 6
	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	got, problems, end := read(r)
	if diff := same(got, want, false); diff != "" || len(problems) > 0 || end != io.EOF || r.Format() != "pcap (AIX)" {
		t.Error(diff, problems, end, r.Format())
	}
}

// TestSwappedLengths: before libpcap 0.4 the two lengths of a record stood in
// the other order.
func TestSwappedLengths(t *testing.T) {
	want := sample(40) // some of them cut off
	file := streamstest.File{}.Bytes(want)
	all, _, _ := readBytes(t, file)
	file[6] = 3
	for _, p := range all {
		n := binary.LittleEndian.Uint32(file[p.Offset+8:])
		copy(file[p.Offset+8:], file[p.Offset+12:p.Offset+16])
		binary.LittleEndian.PutUint32(file[p.Offset+12:], n)
	}
	got, problems, end := readBytes(t, file)
	if diff := same(got, want, false); diff != "" || len(problems) > 0 || end != io.EOF {
		t.Error(diff, problems, end)
	}
}

// TestDamagedOtherFormats: after damage the next sound record is found.
func TestDamagedOtherFormats(t *testing.T) {
	for _, name := range []string{"ds.snoop", "ds-netmon1.cap", "ds-netmon2.cap", "ds-redhat61.pcap"} {
		file := container(t, name)
		all, _, _ := readBytes(t, file)
		fill(file, int(all[4].Offset), int(all[4].Offset)+16, 0xff)
		got, problems, end := readBytes(t, file)
		if len(got) != len(all)-1 || len(problems) != 1 || !strings.HasPrefix(problems[0], "after packet 4, at offset ") || end != io.EOF {
			t.Errorf("%s: %d packets of %d, %q, %v", name, len(got), len(all), problems, end)
		}
		for i := 4; i < len(got); i++ {
			if !bytes.Equal(got[i].Data, all[i+1].Data) {
				t.Errorf("%s: packet %d differs", name, i+1)
			}
		}
	}
}

// TestTimeBackwards: clocks are set; packets come as they were captured.
func TestTimeBackwards(t *testing.T) {
	want := sample(30)
	for i := range want {
		want[i].Time -= int64(i%7) * 3600e9
	}
	for _, f := range []streamstest.File{{}, {NG: true}} {
		got, problems, end := readBytes(t, f.Bytes(want))
		if diff := same(got, want, f.NG); diff != "" || len(problems) > 0 || end != io.EOF {
			t.Error(diff, problems, end)
		}
	}
}
