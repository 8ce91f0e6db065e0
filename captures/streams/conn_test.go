// This file tests when connections begin and end, packet by packet.

package streams_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

const (
	fin = streamstest.FIN
	syn = streamstest.SYN
	rst = streamstest.RST
	ack = streamstest.ACK
)

var endpoints = [2]netip.AddrPort{endpoint["a"], endpoint["b"]}

// pkt is a packet between a (side 0 of most tests) and b.
type pkt struct {
	from     string // "a" or "b"; "-" only lets time pass
	flags    uint8
	seq, ack uint32
	data     string
	after    time.Duration // since the packet before; 0: 1 ms
	comment  string
	live     bool
	section  int
}

var endpoint = map[string]netip.AddrPort{
	"a": netip.MustParseAddrPort("10.0.0.9:1044"),
	"b": netip.MustParseAddrPort("64.4.13.58:1863"),
}

func packetsOf(script []pkt) []pcapfile.Packet {
	now := int64(1_000_000_000e9)
	var list []pcapfile.Packet
	for i, s := range script {
		now += int64(max(s.after, time.Millisecond))
		var p pcapfile.Packet
		if s.from == "-" {
			p = streamstest.Noise(now)[0]
		} else {
			to := "b"
			if s.from == "b" {
				to = "a"
			}
			g := streamstest.Segment{Src: endpoint[s.from], Dst: endpoint[to], Time: now, Seq: s.seq, Ack: s.ack, Flags: s.flags, Data: []byte(s.data)}
			if s.comment != "" {
				g.Comments = strings.Split(s.comment, "|")
			}
			p = streamstest.Framing{Link: pcapfile.LinkRaw}.Packets([]streamstest.Segment{g})[0]
		}
		p.Number, p.Live, p.Section = int64(i+1), s.live, s.section
		list = append(list, p)
	}
	return list
}

const opened = "1 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=true"

func TestConnections(t *testing.T) {
	hello := []pkt{
		{from: "a", flags: syn, seq: 99},
		{from: "b", flags: syn | ack, seq: 499, ack: 100},
		{from: "a", flags: ack, seq: 100, ack: 500},
	}
	bye := []pkt{
		{from: "a", flags: fin | ack, seq: 102, ack: 500},
		{from: "b", flags: fin | ack, seq: 500, ack: 103},
		{from: "a", flags: ack, seq: 103, ack: 501},
	}
	data := pkt{from: "a", flags: ack, seq: 100, ack: 500, data: "hi"}
	whole := slices.Concat(hello, []pkt{data}, bye)
	wholeLog := []string{opened, `1 0 data "hi"`, "1 0 close", "1 1 close", "1 end FIN"}
	on := func(list []pkt, change func(*pkt)) []pkt {
		list = slices.Clone(list)
		for i := range list {
			change(&list[i])
		}
		return list
	}
	live := func(section int) func(*pkt) { return func(p *pkt) { p.live, p.section = true, section } }
	many := func(n int, first uint32) (list []pkt) {
		for i := range n {
			list = append(list, pkt{from: "a", flags: ack, seq: first + uint32(i), ack: 500, data: string(rune('a' + i%26))})
		}
		return list
	}
	letters := func(n int) (lines []string) {
		for i := range n {
			lines = append(lines, `1 0 data "`+string(rune('a'+i%26))+`"`)
		}
		return lines
	}

	tests := []struct {
		name   string
		script []pkt
		want   []string
	}{
		{"a whole one", whole, wholeLog},
		{"only a SYN", hello[:1], nil},
		{"SYN and answer, as in a flood", hello[:2], nil},
		{"refused", []pkt{hello[0], {from: "b", flags: rst | ack, seq: 0, ack: 100}}, nil},
		{"silent", hello, []string{opened, "1 end end of capture"}},
		{"the handshake repeated", slices.Concat(hello[:1], hello[:2], hello[1:], whole[2:3], whole[3:]), wholeLog},
		{"a SYN from another attempt before", slices.Concat([]pkt{{from: "a", flags: syn, seq: 7}}, whole), wholeLog},
		{"the answer before the SYN", slices.Concat([]pkt{hello[1], hello[0]}, whole[2:]), wholeLog},
		{"no SYN, but its answer", whole[1:], wholeLog},
		{"no answer to the SYN", slices.Concat(hello[:1], []pkt{data}, bye), wholeLog},
		{"data before the SYN", slices.Concat([]pkt{data}, hello, bye), wholeLog},
		{"answer's data before the handshake", slices.Concat([]pkt{{from: "b", flags: ack, seq: 500, ack: 102, data: "yo"}}, hello, []pkt{data}, on(bye, func(p *pkt) {
			if p.from == "b" {
				p.seq += 2
			} else {
				p.ack += 2
			}
		})), []string{opened, `1 1 data "yo"`, `1 0 data "hi"`, "1 0 close", "1 1 close", "1 end FIN"}},
		{"simultaneous open", slices.Concat([]pkt{hello[0], {from: "b", flags: syn, seq: 499}}, whole[2:]), wholeLog},
		{"data in the SYN", slices.Concat([]pkt{{from: "a", flags: syn, seq: 99, data: "hi"}, {from: "b", flags: syn | ack, seq: 499, ack: 102}, {from: "a", flags: ack, seq: 102, ack: 500}}, bye), wholeLog},

		{"ghosts of an ended one", slices.Concat(whole, bye, []pkt{data, {from: "b", flags: ack, seq: 501, ack: 103}, {from: "a", flags: rst, seq: 103}, hello[0], hello[1]}), wholeLog},
		{"used again after FIN", slices.Concat(whole, []pkt{
			{from: "a", flags: syn, seq: 5000, after: time.Second},
			{from: "b", flags: syn | ack, seq: 9000, ack: 5001},
			{from: "a", flags: ack, seq: 5001, ack: 9001, data: "again"},
		}), append(slices.Clone(wholeLog), "2 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=true", `2 0 data "again"`, "2 end end of capture")},
		{"used again after RST", slices.Concat(hello, []pkt{data, {from: "b", flags: rst | ack, seq: 500, ack: 102},
			{from: "a", flags: syn, seq: 103},
			{from: "b", flags: syn | ack, seq: 9000, ack: 104},
			{from: "a", flags: ack, seq: 104, ack: 9001, data: "again"},
		}), []string{opened, `1 0 data "hi"`, "1 end RST", "2 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=true", `2 0 data "again"`, "2 end end of capture"}},
		{"used again without an end", slices.Concat(hello, []pkt{data,
			{from: "a", flags: syn, seq: 5000},
			{from: "b", flags: syn | ack, seq: 9000, ack: 5001},
			{from: "a", flags: ack, seq: 5001, ack: 9001, data: "again"},
		}), []string{opened, `1 0 data "hi"`, "1 end port reused", "2 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=true", `2 0 data "again"`, "2 end end of capture"}},
		{"used again the other way round", slices.Concat(whole, []pkt{
			{from: "b", flags: syn, seq: 5000},
			{from: "a", flags: syn | ack, seq: 9000, ack: 5001},
			{from: "b", flags: ack, seq: 5001, ack: 9001, data: "again"},
		}), append(slices.Clone(wholeLog), "2 open 64.4.13.58:1863 > 10.0.0.9:1044 syn=true", `2 0 data "again"`, "2 end end of capture")},
		{"used again, the handshake not captured", slices.Concat(whole, []pkt{
			{from: "a", flags: ack, seq: 90_000_000, ack: 9001, data: "again"},
		}), append(slices.Clone(wholeLog), "2 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=false", `2 0 data "again"`, "2 end end of capture")},
		{"used again, neither end nor handshake captured", slices.Concat(hello, []pkt{data,
			{from: "a", flags: ack, seq: 900_000_000, ack: 9001, data: "1"},
			{from: "a", flags: ack, seq: 900_000_001, ack: 9001, data: "2"},
			{from: "a", flags: ack, seq: 900_000_002, ack: 9001, data: "3"},
			{from: "a", flags: ack, seq: 900_000_003, ack: 9001, data: "4"},
		}), []string{opened, `1 0 data "hi"`, "1 end port reused", "2 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=false", `2 0 data "3"`, `2 0 data "4"`, "2 end end of capture"}},

		{"RST", slices.Concat(hello, []pkt{data, {from: "a", flags: rst | ack, seq: 102, ack: 500}}),
			[]string{opened, `1 0 data "hi"`, "1 end RST"}},
		{"RST of somebody else", slices.Concat(hello, []pkt{{from: "b", flags: rst, seq: 900_000_000}}, whole[3:]), wholeLog},
		{"RST after both FINs", slices.Concat(whole, []pkt{{from: "b", flags: rst, seq: 501}}), wholeLog},
		{"RST after one FIN", slices.Concat(hello, []pkt{data, bye[0], {from: "b", flags: rst | ack, seq: 500, ack: 103}}),
			[]string{opened, `1 0 data "hi"`, "1 0 close", "1 end RST"}},
		{"RST after what was not captured", slices.Concat(hello, []pkt{{from: "a", flags: rst | ack, seq: 110, ack: 500}}),
			[]string{opened, "1 0 gap 10", "1 end RST"}},
		{"data on its way when the RST came", slices.Concat(hello, []pkt{data, {from: "a", flags: rst | ack, seq: 102, ack: 500}, {from: "b", flags: ack, seq: 500, ack: 102, data: "late"}}),
			[]string{opened, `1 0 data "hi"`, "1 end RST"}},
		{"half closed", slices.Concat(hello, []pkt{data, bye[0], {from: "b", flags: ack, seq: 500, ack: 103, data: "more"}, {from: "b", flags: fin | ack, seq: 504, ack: 103}}),
			[]string{opened, `1 0 data "hi"`, "1 0 close", `1 1 data "more"`, "1 1 close", "1 end FIN"}},
		{"FIN before the data", slices.Concat(hello, []pkt{bye[0], data}, bye[1:]), wholeLog},
		{"FIN with data", slices.Concat(hello, []pkt{{from: "a", flags: fin | ack, seq: 100, ack: 500, data: "hi"}}, bye[1:]), wholeLog},
		{"FIN twice, and keep-alives", slices.Concat(hello, []pkt{data, {from: "a", flags: ack, seq: 101, ack: 500}, {from: "a", flags: ack, seq: 101, ack: 500, data: "\x00"}, bye[0], bye[0]}, bye[1:]), wholeLog},

		{"mid-stream, the server first", []pkt{{from: "b", flags: ack, seq: 500, ack: 100, data: "yo"}, data},
			[]string{"1 open 64.4.13.58:1863 > 10.0.0.9:1044 syn=false", `1 0 data "yo"`, `1 1 data "hi"`, "1 end end of capture"}},
		{"mid-stream, an acknowledgement first", []pkt{{from: "a", flags: ack, seq: 100, ack: 500}, {from: "b", flags: ack, seq: 500, ack: 100, data: "yo"}, data},
			[]string{"1 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=false", `1 1 data "yo"`, `1 0 data "hi"`, "1 end end of capture"}},
		{"mid-stream, only acknowledgements", []pkt{{from: "a", flags: ack, seq: 100, ack: 500}, {from: "b", flags: ack, seq: 500, ack: 100}, bye[0], bye[1]}, nil},
		{"mid-stream, out of order", []pkt{{from: "a", flags: ack, seq: 102, ack: 500, data: "34"}, {from: "a", flags: ack, seq: 100, ack: 500, data: "12"}, {from: "b", flags: ack, seq: 500, ack: 104}},
			[]string{"1 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=false", `1 0 data "12"`, `1 0 data "34"`, "1 end end of capture"}},
		{"mid-stream, after a keep-alive", []pkt{{from: "b", flags: ack, seq: 500, ack: 100}, {from: "a", flags: ack, seq: 99, ack: 500, data: "\x00"}, data},
			[]string{"1 open 64.4.13.58:1863 > 10.0.0.9:1044 syn=false", `1 1 data "hi"`, "1 end end of capture"}},
		{"mid-stream, nothing more for a while", []pkt{data, {from: "-", after: 51 * time.Millisecond}, {from: "a", flags: ack, seq: 98, ack: 500, data: "no"}},
			[]string{"1 open 10.0.0.9:1044 > 64.4.13.58:1863 syn=false", `1 0 data "hi"`, "1 end end of capture"}},

		{"missing, acknowledged, 2 s", slices.Concat(hello, []pkt{{from: "a", flags: ack, seq: 110, ack: 500, data: "x"}, {from: "b", flags: ack, seq: 500, ack: 111}, {from: "-", after: 2 * time.Second}, {from: "a", flags: ack, seq: 100, ack: 500, data: "0123456789"}}),
			[]string{opened, "1 0 gap 10", `1 0 data "x"`, "1 end end of capture"}},
		{"missing, acknowledged, not 2 s", slices.Concat(hello, []pkt{{from: "a", flags: ack, seq: 110, ack: 500, data: "x"}, {from: "b", flags: ack, seq: 500, ack: 111}, {from: "-", after: 1900 * time.Millisecond}, {from: "a", flags: ack, seq: 100, ack: 500, data: "0123456789"}}),
			[]string{opened, `1 0 data "0123456789"`, `1 0 data "x"`, "1 end end of capture"}},
		{"missing, not acknowledged", slices.Concat(hello, []pkt{{from: "a", flags: ack, seq: 110, ack: 500, data: "x"}, {from: "-", after: 100 * time.Second}, {from: "a", flags: ack, seq: 100, ack: 500, data: "0123456789"}}),
			[]string{opened, `1 0 data "0123456789"`, `1 0 data "x"`, "1 end end of capture"}},
		{"missing, acknowledged, 64 segments", slices.Concat(hello, []pkt{{from: "b", flags: ack, seq: 500, ack: 300}}, many(65, 110), []pkt{{from: "a", flags: ack, seq: 100, ack: 500, data: "0123456789"}}),
			slices.Concat([]string{opened, "1 0 gap 10"}, letters(65), []string{"1 0 gap 125", "1 end end of capture"})},
		{"missing, acknowledged, 63 segments", slices.Concat(hello, []pkt{{from: "b", flags: ack, seq: 500, ack: 300}}, many(64, 110), []pkt{{from: "a", flags: ack, seq: 100, ack: 500, data: "0123456789"}}),
			slices.Concat([]string{opened, `1 0 data "0123456789"`}, letters(64), []string{"1 0 gap 126", "1 end end of capture"})},
		{"missing at the end, acknowledged", slices.Concat(hello, []pkt{data, {from: "b", flags: ack, seq: 500, ack: 110}}),
			[]string{opened, `1 0 data "hi"`, "1 0 gap 8", "1 end end of capture"}},
		{"only a FIN missing at the end", slices.Concat(hello, []pkt{data, {from: "b", flags: ack, seq: 500, ack: 103}}),
			[]string{opened, `1 0 data "hi"`, "1 end end of capture"}},
		{"the first copy counts", slices.Concat(hello, []pkt{
			{from: "a", flags: ack, seq: 102, ack: 500, data: "CD"}, {from: "a", flags: ack, seq: 106, ack: 500, data: "GH"},
			{from: "a", flags: ack, seq: 101, ack: 500, data: "bcdefghi"}, {from: "a", flags: ack, seq: 99, ack: 500, data: "?a!"},
		}), []string{opened, `1 0 data "a"`, `1 0 data "b"`, `1 0 data "CD"`, `1 0 data "ef"`, `1 0 data "GH"`, `1 0 data "i"`, "1 end end of capture"}},

		{"comments", on(slices.Concat([]pkt{
			{from: "a", flags: syn, seq: 99, comment: "one|two"}, hello[1], hello[2],
			{from: "a", flags: ack, seq: 100, ack: 500, data: "hi", comment: "three"},
			{from: "b", flags: ack, seq: 500, ack: 102, comment: "four"},
			{from: "a", flags: fin | ack, seq: 102, ack: 500, comment: "five"},
		}, bye[1:]), live(0)), []string{opened, "1 0 comment one", "1 0 comment two", "1 0 comment three", `1 0 data "hi"`, "1 1 comment four", "1 0 comment five", "1 0 close", "1 1 close", "1 end FIN"}},
		{"comments wait with their data", slices.Concat(hello, []pkt{
			{from: "a", flags: ack, seq: 101, ack: 500, data: "i", comment: "of i"}, {from: "a", flags: ack, seq: 100, ack: 500, data: "h", comment: "of h"},
			{from: "a", flags: ack, seq: 100, ack: 500, data: "h", comment: "again"},
		}), []string{opened, "1 0 comment of h", `1 0 data "h"`, "1 0 comment of i", `1 0 data "i"`, "1 0 comment again", "1 end end of capture"}},
		{"live: opened by the SYN", on(hello[:1], live(0)), []string{opened, "1 end end of capture"}},
		{"live: refused", on([]pkt{hello[0], {from: "b", flags: rst | ack, seq: 0, ack: 100, comment: "no route"}}, live(0)), []string{opened, "1 1 comment no route", "1 end RST"}},
		{"live: the proxy stopped", slices.Concat(on(slices.Concat(hello, []pkt{data}), live(0)), on(hello, live(1))),
			[]string{opened, `1 0 data "hi"`, "1 end proxy stopped", strings.Replace(opened, "1", "2", 1), "2 end end of capture"}},
		{"another section, not live", slices.Concat(hello, on(slices.Concat([]pkt{data}, bye), func(p *pkt) { p.section = 1 })), wholeLog},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, _ := assemble(t, packetsOf(tt.script))
			if !slices.Equal(rec.Log, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(rec.Log, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// TestTime checks that data is given the time at which the last byte up to it
// was captured.
func TestTime(t *testing.T) {
	script := packetsOf([]pkt{
		{from: "a", flags: syn, seq: 99},
		{from: "b", flags: syn | ack, seq: 499, ack: 100},
		{from: "a", flags: ack, seq: 101, ack: 500, data: "b"},
		{from: "a", flags: ack, seq: 100, ack: 500, data: "a"},
		{from: "a", flags: ack, seq: 102, ack: 500, data: "c"},
	})
	script[4].Time = script[0].Time // a clock that went back
	var times []int64
	a := streams.NewAssembler(timeSink{&times})
	for i := range script {
		a.Packet(&script[i])
	}
	a.Flush(streams.EndCapture)
	want := []int64{script[3].Time, script[3].Time, script[3].Time}
	if !slices.Equal(times, want) {
		t.Errorf("times %v, want %v", times, want)
	}
}

type timeSink struct{ times *[]int64 }

func (s timeSink) Open(*streams.Conn, int64)                      {}
func (s timeSink) Data(_ *streams.Conn, _ int, t int64, _ []byte) { *s.times = append(*s.times, t) }
func (s timeSink) Gap(*streams.Conn, int, int64, int64)           {}
func (s timeSink) Comment(*streams.Conn, int, int64, string)      {}
func (s timeSink) Close(*streams.Conn, int, int64)                {}
func (s timeSink) End(*streams.Conn, int64, string)               {}
