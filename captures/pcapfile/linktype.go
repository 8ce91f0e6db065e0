// This file names link types: the values of Packet.Link.

package pcapfile

import "fmt"

// Link types that turn up in captures of TCP, by the names of
// https://www.tcpdump.org/linktypes.html. (LinkRaw stands in write.go.)
const (
	LinkNull      = 0   // BSD loopback: a 4-byte address family of the capturing machine
	LinkEthernet  = 1   //
	LinkTokenRing = 6   //
	LinkSLIP      = 8   //
	LinkPPP       = 9   // with or without the HDLC-like ff 03
	LinkFDDI      = 10  //
	LinkRawBSD    = 12  // DLT_RAW on most systems, written by mistake
	LinkRawOpen   = 14  // DLT_RAW on OpenBSD, written by mistake
	LinkPPPHDLC   = 50  // PPP in HDLC-like framing (RFC 1662)
	LinkPPPoE     = 51  //
	LinkCiscoHDLC = 104 //
	LinkWiFi      = 105 // 802.11
	LinkLoop      = 108 // OpenBSD loopback: the address family in network order
	LinkSLL       = 113 // Linux "any", version 1
	LinkPFLog     = 117 //
	LinkPrism     = 119 // 802.11 behind a Prism header
	LinkRadiotap  = 127 // 802.11 behind a radiotap header
	LinkIPv4      = 228 //
	LinkIPv6      = 229 //
	LinkSLL2      = 276 // Linux "any", version 2
)

var linkNames = map[uint32]string{
	LinkNull:      "NULL",
	LinkEthernet:  "ETHERNET",
	LinkTokenRing: "IEEE802_5",
	LinkSLIP:      "SLIP",
	LinkPPP:       "PPP",
	LinkFDDI:      "FDDI",
	LinkRawBSD:    "RAW (12)",
	LinkRawOpen:   "RAW (14)",
	LinkPPPHDLC:   "PPP_HDLC",
	LinkPPPoE:     "PPP_ETHER",
	LinkRaw:       "RAW",
	LinkCiscoHDLC: "C_HDLC",
	LinkWiFi:      "IEEE802_11",
	LinkLoop:      "LOOP",
	LinkSLL:       "LINUX_SLL",
	LinkPFLog:     "PFLOG",
	LinkPrism:     "IEEE802_11_PRISM",
	LinkRadiotap:  "IEEE802_11_RADIOTAP",
	LinkIPv4:      "IPV4",
	LinkIPv6:      "IPV6",
	LinkSLL2:      "LINUX_SLL2",
	147:           "USER0",
	192:           "PPI",
	220:           "USB_LINUX_MMAPPED",
	249:           "USBPCAP",
	195:           "IEEE802_15_4_WITHFCS",
	187:           "BLUETOOTH_HCI_H4",
	201:           "BLUETOOTH_HCI_H4_WITH_PHDR",
	226:           "IPNET",
	239:           "NFLOG",
	253:           "NETLINK",
}

// LinkName names a link type: "LINUX_SLL2", or its number if it has no name here.
func LinkName(link uint32) string {
	if name, ok := linkNames[link]; ok {
		return name
	}
	switch {
	case link>>16 == linkSnoop>>16:
		return fmt.Sprint("of snoop ", link&0xffff)
	case link>>16 == linkNetMon>>16:
		return fmt.Sprint("of Network Monitor ", link&0xffff)
	}
	return fmt.Sprint(link)
}
