// This file tells how long the record headers of a pcap file are, where its
// magic does not.

package pcapfile

// layouts are record headers by what the magic promises. Red Hat 6.1 wrote the
// longer headers of Kuznetzov's patch under the standard magic, SuSE 6.3 still
// longer ones under the patch's, and Nokia's firewalls put four bytes behind
// each header.
var layouts = map[int][]struct {
	len  int
	name string
}{
	recordHeaderLen:       {{recordHeaderLenPatchd, "pcap (Red Hat 6.1)"}, {recordHeaderLenNokia, "pcap (Nokia)"}},
	recordHeaderLenPatchd: {{recordHeaderLenSuSE, "pcap (SuSE 6.3)"}},
}

// otherLayout looks at the first records, and corrects the length of their
// headers if with the one promised the second record is none, and with another
// one is.
func (r *Reader) otherLayout() error {
	others := layouts[r.pcap.recordLen]
	first := r.captured(r.b.data())
	if others == nil || first > r.pcap.maxPacket {
		return nil
	}
	second := r.pcap.recordLen + int(first)
	longest := others[0].len + int(first) + others[0].len
	err := r.b.need(longest)
	if data := r.b.data(); len(data) < second+r.pcap.recordLen || r.isPlausible(data) && r.isPlausible(data[second:]) {
		return sourceError(err)
	}
	promised := r.pcap.recordLen
	whole := err != nil
	for _, l := range others {
		r.pcap.recordLen = l.len
		if r.isChain(r.b.data(), whole) { // of those that are here
			r.format = l.name
			return nil
		}
	}
	r.pcap.recordLen = promised
	return sourceError(err)
}

// lengths returns the captured length of a record and that on the wire.
func (r *Reader) lengths(rec []byte) (captured, length uint32) {
	captured, length = r.u32(rec[8:]), r.u32(rec[12:])
	if r.pcap.swapped && captured > length {
		captured, length = length, captured
	}
	return captured, length
}

func (r *Reader) captured(rec []byte) uint32 {
	captured, _ := r.lengths(rec)
	return captured
}
