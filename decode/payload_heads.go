// This file remembers the headers of messages. A program writes the same ones
// in front of every message of its user: type, charset, font, colour.

package decode

import (
	"hash/maphash"
	"strings"
)

const (
	// headSlots is how many blocks of headers are remembered: one for each person
	// whose messages come in turn.
	headSlots = 256
	// headMost (bytes) is the longest block to be remembered.
	headMost = 512
)

// head is what a block of headers of a text message says. Offsets count from
// where the block begins.
type head struct {
	block   string
	body    int // where the text begins
	charset string
	headers []Header
	meaning []Param
	made    []byte // see Payload.Made
}

// heads are the blocks that have come twice or more, by hash.
type heads struct {
	seed  maphash.Seed
	known [headSlots]head
	heard [headSlots]uint64 // hash of the newest block that is not known
}

func newHeads() *heads { return &heads{seed: maphash.MakeSeed()} }

// of returns what the headers say with which payload begins, nil if they are not
// known: they have not come before, or are not those of text/plain.
func (h *heads) of(payload string) *head {
	n, body := cutBlock(payload[:min(len(payload), headMost)])
	if n == body { // its end is not in sight
		return nil
	}
	block := payload[:body]
	hash := maphash.String(h.seed, block)
	k := &h.known[hash%headSlots]
	if k.block == block {
		return k
	}
	if heard := &h.heard[hash%headSlots]; *heard != hash {
		*heard = hash
		return nil
	}
	own := strings.Clone(block)
	headers, _ := headerBlock(nil, own, 0)
	mediaType, charset := contentType(find(headers, "Content-Type"))
	if mediaType != "text/plain" {
		return nil
	}
	*k = head{block: own, body: body, charset: charset, headers: headers, made: k.made[:0]}
	k.meaning = appendCommon(formatParams(nil, own, headers), []byte(own), headers)
	return k
}

// Made is room for what the owner of an Annotation makes of the Headers, Fields
// and Meaning of a payload, apart from their offsets: with headers that have come
// before there is in it what was put there then. It is nil for headers that are
// not remembered.
func (p *Payload) Made() *[]byte {
	if p.head == nil {
		return nil
	}
	return &p.head.made
}

// known makes p a payload that begins with the headers k, at the offset body.
func (p *Payload) known(k *head, text string, body int) {
	p.head = k
	p.Type, p.Charset, p.Body = "text/plain", k.charset, body+k.body
	p.Headers = append(p.Headers, k.headers...)
	for i := range p.Headers {
		p.Headers[i].Start += body
		p.Headers[i].End += body
	}
	p.setText(text[p.Body:], p.Charset)
	p.Meaning = append(p.Meaning, k.meaning...)
	for i := range p.Meaning {
		p.Meaning[i].Start += body
		p.Meaning[i].End += body
	}
}
