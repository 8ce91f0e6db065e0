// This file counts the packets that are part of no stream, by reason.

package streams

import (
	"fmt"
	"sort"

	"msnscope/captures/pcapfile"
)

// Problem is a reason for which packets were left out, and how many they were.
type Problem struct {
	Text    string // "link type USER0 is not known", "UDP"
	Packets int64
	First   int64 // number of the first one
	Foreign bool  // nothing is wrong with them: they are just not TCP
}

// reason says why a packet is part of no stream.
type reason uint8

const (
	fine  reason = iota
	waits        // a fragment, kept
	notIP
	notTCPARP
	notTCPUDP
	notTCPICMP
	notTCPOther
	badLink
	badIP
	badTCP
	badTunnel
	tooDeep
	cutHeaders
	cutFragment
	badFragment
	lostFragment
	farSegment
	farReset
	afterEnd
	unknownLink // counted by link type
	reasons
)

var reasonText = [reasons]string{
	notIP:        "neither IPv4 nor IPv6",
	notTCPARP:    "ARP",
	notTCPUDP:    "UDP",
	notTCPICMP:   "ICMP",
	notTCPOther:  "other IP protocols",
	badLink:      "link header malformed",
	badIP:        "IP header malformed",
	badTCP:       "TCP header malformed",
	badTunnel:    "tunnel header malformed",
	tooDeep:      "tunnels too deep in one another",
	cutHeaders:   "cut off (snap length) before the end of the TCP header",
	cutFragment:  "IP fragment cut off (snap length)",
	badFragment:  "IP fragment malformed",
	lostFragment: "IP fragments of which the others are not in the capture",
	farSegment:   "TCP sequence number far from its connection's",
	farReset:     "TCP reset that does not fit its connection",
	afterEnd:     "TCP data after the end of its connection",
}

// maxLinkTypes bounds the unknown link types that are told apart.
const maxLinkTypes = 64

// tally counts packets.
type tally struct {
	n, first int64
}

func (t *tally) add(packet int64) {
	if t.n == 0 {
		t.first = packet
	}
	t.n++
}

// problems counts packets by reason, and those of unknown link types by type.
type problems struct {
	by    [reasons]tally
	links map[uint32]*tally
}

func (p *problems) link(link uint32, packet int64) {
	t := p.links[link]
	if t == nil {
		if len(p.links) == maxLinkTypes {
			p.by[unknownLink].add(packet)
			return
		}
		if p.links == nil {
			p.links = make(map[uint32]*tally)
		}
		t = new(tally)
		p.links[link] = t
	}
	t.add(packet)
}

// Problems tells which packets were left out, and why; the most frequent
// reason comes first. Fragments still waiting for others are not among them.
func (a *Assembler) Problems() []Problem {
	var list []Problem
	for r, t := range a.problems.by {
		if t.n == 0 {
			continue
		}
		text := reasonText[r]
		if reason(r) == unknownLink {
			text = "other link types that are not known"
		}
		foreign := reason(r) >= notIP && reason(r) <= notTCPOther
		list = append(list, Problem{Text: text, Packets: t.n, First: t.first, Foreign: foreign})
	}
	for link, t := range a.problems.links {
		text := fmt.Sprintf("link type %s is not known", pcapfile.LinkName(link))
		list = append(list, Problem{Text: text, Packets: t.n, First: t.first})
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Packets != list[j].Packets {
			return list[i].Packets > list[j].Packets
		}
		return list[i].Text < list[j].Text
	})
	return list
}
