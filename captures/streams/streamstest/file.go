// This file writes packets as pcap and pcapng, in every variety.

package streamstest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"

	"msnscope/captures/pcapfile"
)

// File says how a capture file is written. The zero value is a little-endian
// pcap file with microseconds.
type File struct {
	NG          bool
	Big         bool
	Nano        bool
	Modified    bool   // pcap: with the longer record headers of Kuznetzov's patch
	Snaplen     uint32 // as announced
	Application string // pcapng: shb_userappl
	Resolution  byte   // pcapng: if_tsresol, if not 0
	TimeOffset  int64  // pcapng: if_tsoffset (s)
	Blocks      string // pcapng: how packets are written, in turn: e enhanced, o old, s simple
	Strange     bool   // pcapng: with blocks between that are to be skipped
	Gzip        bool
}

type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

func (f File) order() order {
	if f.Big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// Bytes returns the file. In a pcap file all packets have the first one's link
// type.
func (f File) Bytes(packets []pcapfile.Packet) []byte {
	var b []byte
	if f.NG {
		b = f.ng(packets)
	} else {
		b = f.pcap(packets)
	}
	if f.Gzip {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		w.Write(b)
		w.Close()
		b = z.Bytes()
	}
	return b
}

func (f File) pcap(packets []pcapfile.Packet) []byte {
	o := f.order()
	magic, tick := uint32(0xa1b2c3d4), int64(1000)
	if f.Nano {
		magic, tick = 0xa1b23c4d, 1
	}
	if f.Modified {
		magic = 0xa1b2cd34
	}
	link := uint32(pcapfile.LinkEthernet)
	if len(packets) > 0 {
		link = packets[0].Link
	}
	size := 24
	for i := range packets {
		size += 24 + len(packets[i].Data)
	}
	b := make([]byte, 0, size)
	b = o.AppendUint32(b, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	b = o.AppendUint32(b, f.Snaplen)
	b = o.AppendUint32(b, link)
	for i := range packets {
		p := &packets[i]
		b = o.AppendUint32(b, uint32(p.Time/1e9))
		b = o.AppendUint32(b, uint32(p.Time%1e9/tick))
		b = o.AppendUint32(b, uint32(len(p.Data)))
		b = o.AppendUint32(b, uint32(p.Length))
		if f.Modified {
			b = append(b, 1, 0, 0, 0, 0, 8, 0, 0)
		}
		b = append(b, p.Data...)
	}
	return b
}

func (f File) ng(packets []pcapfile.Packet) []byte {
	o := f.order()
	block := func(b []byte, kind uint32, body []byte) []byte {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		n := uint32(len(body) + 12)
		b = o.AppendUint32(o.AppendUint32(b, kind), n)
		return o.AppendUint32(append(b, body...), n)
	}
	option := func(b []byte, code uint16, value []byte) []byte {
		b = o.AppendUint16(o.AppendUint16(b, code), uint16(len(value)))
		b = append(b, value...)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		return b
	}
	section := o.AppendUint32(nil, 0x1a2b3c4d)
	section = o.AppendUint16(section, 1)
	section = o.AppendUint16(section, 0)
	section = o.AppendUint64(section, 1<<64-1)
	section = option(section, 2, []byte("an abacus"))
	if f.Application != "" {
		section = option(section, 4, []byte(f.Application))
	}
	section = append(section, 0, 0, 0, 0)
	b := block(nil, 0x0a0d0d0a, section)

	ticks := func(t int64) uint64 { return uint64(t/1e3 - f.TimeOffset*1e6) }
	resolution := f.Resolution
	if f.Nano {
		resolution = 9
	}
	switch {
	case resolution == 9:
		ticks = func(t int64) uint64 { return uint64(t - f.TimeOffset*1e9) }
	case resolution == 0x80|20:
		ticks = func(t int64) uint64 {
			t -= f.TimeOffset * 1e9
			return uint64(t/1e9)<<20 | uint64((t%1e9<<20)/1e9)
		}
	}
	number := map[uint32]uint32{}
	for i := range packets {
		p := &packets[i]
		if _, ok := number[p.Link]; !ok {
			number[p.Link] = uint32(len(number))
			body := o.AppendUint16(nil, uint16(p.Link))
			body = o.AppendUint16(body, 0)
			body = o.AppendUint32(body, f.Snaplen)
			if resolution != 0 {
				body = option(body, 9, []byte{resolution})
			}
			if f.TimeOffset != 0 {
				body = option(body, 14, o.AppendUint64(nil, uint64(f.TimeOffset)))
			}
			b = block(b, 1, append(body, 0, 0, 0, 0))
		}
		if f.Strange && i%3 == 1 {
			b = block(b, 0x80001234, []byte("of a kind that nobody knows"))
			b = block(b, 5, make([]byte, 12))
		}
		kind := byte('e')
		if f.Blocks != "" {
			kind = f.Blocks[i%len(f.Blocks)]
		}
		var body []byte
		t := ticks(p.Time)
		switch kind {
		case 's':
			body = o.AppendUint32(body, uint32(p.Length))
			b = block(b, 3, append(body, p.Data...))
			continue
		case 'o':
			body = o.AppendUint16(body, uint16(number[p.Link]))
			body = o.AppendUint16(body, 0xffff)
		default:
			body = o.AppendUint32(body, number[p.Link])
		}
		body = o.AppendUint32(body, uint32(t>>32))
		body = o.AppendUint32(body, uint32(t))
		body = o.AppendUint32(body, uint32(len(p.Data)))
		body = o.AppendUint32(body, uint32(p.Length))
		body = append(body, p.Data...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		if len(p.Comments) > 0 {
			body = option(body, 2, []byte{0, 0, 0, 1}) // epb_flags
			for _, c := range p.Comments {
				body = option(body, 1, []byte(c))
			}
			body = append(body, 0, 0, 0, 0)
		}
		if kind == 'o' {
			b = block(b, 2, body)
		} else {
			b = block(b, 6, body)
		}
	}
	return b
}
