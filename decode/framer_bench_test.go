// This file measures the framer and the connection state on a typical mix of
// commands.

package decode

import (
	"strings"
	"testing"
)

// benchmarkMix is what an evening on a notification server and in chats looks
// like: mostly chat and typing messages, presence, roster lines.
var benchmarkMix = strings.Join([]string{
	"NLN NLN carol@passport.com J%C3%BCrgen%20%26%20Carol\r\n",
	"MSG bob@hotmail.com Bob 88\r\nMIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: bob@hotmail.com\r\n\r\n\r\n",
	"MSG bob@hotmail.com Bob 136\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=MS%20Shell%20Dlg; EF=; CO=0; CS=0; PF=0\r\n\r\nall three now",
	"ACK 6\r\n",
	"LST 8 FL 201 2 3 carol@passport.com J%C3%BCrgen%20%26%20Carol 1,4\r\n",
	"BPR 201 carol@passport.com PHH\r\nBPR 201 carol@passport.com MOB N\r\n",
	"ILN 9 LUN carol@passport.com J%C3%BCrgen%20%26%20Carol\r\n",
	"FLN dave@msn.com\r\n",
	"QNG\r\n",
	"216 18\r\n",
}, "")

func benchmarkFramer(b *testing.B, chunk int) {
	stream := []byte(strings.Repeat(benchmarkMix, 100))
	commands := 0
	f := Framer{Dir: S2C, Dialect: 7}
	var fr Frame
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		for at := 0; at < len(stream); at += chunk {
			f.Feed(stream[at:min(at+chunk, len(stream))])
			for f.Next(&fr) {
				commands++
			}
		}
	}
	b.ReportMetric(float64(commands)/b.Elapsed().Seconds()/1e6, "Mcommands/s")
}

func BenchmarkFramer(b *testing.B) {
	b.Run("64KiB", func(b *testing.B) { benchmarkFramer(b, 64<<10) })
	b.Run("1460B", func(b *testing.B) { benchmarkFramer(b, 1460) })
	b.Run("1B", func(b *testing.B) { benchmarkFramer(b, 1) })
}

// BenchmarkFramerLost scans bytes that are no MSNP.
func BenchmarkFramerLost(b *testing.B) {
	stream := []byte(strings.Repeat("The quick brown fox jumps over THE lazy dog.\n", 2000))
	f := Framer{MidStream: true}
	var fr Frame
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		f.Feed(stream)
		for f.Next(&fr) {
		}
	}
}

// BenchmarkConn adds what a connection learns and pairs.
func BenchmarkConn(b *testing.B) {
	stream := []byte(strings.Repeat(benchmarkMix, 100))
	c := NewConn()
	commands := 0
	emit := func(dir Direction, f *Frame) {
		commands++
		c.Answers(f)
	}
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		c.Feed(S2C, stream, emit)
	}
	b.ReportMetric(float64(commands)/b.Elapsed().Seconds()/1e6, "Mcommands/s")
}
