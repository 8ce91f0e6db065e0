// This file measures what recording a chunk costs.

package record

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"testing"

	"msnscope/decode"
)

func BenchmarkData(b *testing.B) {
	for _, size := range []int{230, 4096, 64 << 10} {
		for _, writers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%d/%d", size, writers), func(b *testing.B) {
				f := open(b, filepath.Join(b.TempDir(), "a.pcapng"))
				defer f.Close()
				chunk := make([]byte, size)
				var port atomic.Uint32
				b.SetBytes(int64(size))
				b.ReportAllocs()
				if writers == 1 {
					c := f.Connect(client, server)
					for b.Loop() {
						must(b, c.Data(decode.C2S, chunk))
					}
					return
				}
				b.SetParallelism(writers / 2)
				b.RunParallel(func(pb *testing.PB) {
					c := f.Connect(netip.AddrPortFrom(client.Addr(), uint16(port.Add(1))), server)
					for pb.Next() {
						must(b, c.Data(decode.C2S, chunk))
					}
				})
			})
		}
	}
}

func BenchmarkSum(b *testing.B) {
	p := make([]byte, 65000)
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		sum(p)
	}
}
