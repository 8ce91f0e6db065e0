// This file reads the link types that are too rare to be read by hand (Wi-Fi,
// FDDI, OpenBSD's packet filter log, ...) with gopacket.

package streams

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"msnscope/captures/pcapfile"
)

// otherDecoders lists link types by what decodes them. gopacket's own table is
// not used: its link types have eight bits.
var otherDecoders = map[uint32]gopacket.Decoder{
	pcapfile.LinkFDDI:     layers.LayerTypeFDDI,
	pcapfile.LinkWiFi:     layers.LayerTypeDot11,
	pcapfile.LinkPrism:    layers.LayerTypePrismHeader,
	pcapfile.LinkRadiotap: layers.LayerTypeRadioTap,
	pcapfile.LinkPFLog:    layers.LayerTypePFLog,
}

// other finds the IP packet in a frame of a rare link type. gopacket recovers
// from the panics that short frames cause in some of its decoders.
func (a *Assembler) other(p *pcapfile.Packet) (at int, why reason) {
	decoder := otherDecoders[p.Link]
	if decoder == nil {
		return 0, unknownLink
	}
	packet := gopacket.NewPacket(p.Data, decoder, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	network := packet.NetworkLayer()
	if network == nil {
		return 0, notIP
	}
	switch network.LayerType() {
	case layers.LayerTypeIPv4, layers.LayerTypeIPv6:
	default:
		return 0, notIP
	}
	for _, layer := range packet.Layers() {
		if layer == gopacket.Layer(network) {
			break
		}
		at += len(layer.LayerContents())
	}
	return min(at, len(p.Data)), fine
}
