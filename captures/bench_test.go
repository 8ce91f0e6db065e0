// This file measures views and imports.

package captures

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"msnscope/captures/record"
	"msnscope/decode"
)

func million(b *testing.B, n int) *Store {
	s := openStore(b, b.TempDir(), Options{})
	k := newSource(b, s, 1, false, 1)
	for range n {
		k.event()
	}
	k.w.Finish(0, 0)
	if err := s.index().Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkView(b *testing.B) {
	const n = 1_000_000
	s := million(b, n)
	for _, text := range []string{"", "cmd:XFR", "cmd:MSG dir:c2s", "cmd:OUT", "is:error", "hello", "lat>200ms"} {
		b.Run("filter="+text, func(b *testing.B) {
			for b.Loop() {
				s.View(Scope{}, query(b, text)).Advance(context.Background(), 0)
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
	b.Run("session", func(b *testing.B) {
		for b.Loop() {
			s.View(Scope{Session: 1_000_002}, nil).Advance(context.Background(), 0)
		}
	})
	for _, text := range []string{"", "cmd:MSG"} {
		v := s.View(Scope{}, query(b, text))
		total := v.Advance(context.Background(), 0).Total
		r := rand.New(rand.NewPCG(1, 2))
		b.Run("rows=128/filter="+text, func(b *testing.B) {
			for b.Loop() {
				if _, err := v.Rows(r.Int64N(total-128), 128); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkImport(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large.pcapng")
	f, err := record.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 200 {
		k := newTalk(b, f, uint16(2000+i))
		for range 500 {
			k.ping()
			k.say(decode.S2C, "MSG bob@hotmail.com Bob 133\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=; CO=0; CS=0; PF=22\r\n\r\nhello there, you\r\n")
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	size, err := sizeOf(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	var events int64
	for b.Loop() {
		s := openStore(b, b.TempDir(), Options{})
		r, err := s.Import(context.Background(), path, nil)
		if err != nil {
			b.Fatal(err)
		}
		events += r.Events
		s.Close()
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
