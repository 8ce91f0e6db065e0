// This file makes the captures that the tests follow.

package follow

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/record"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

var (
	client = netip.MustParseAddrPort("10.0.0.9:1044")
	server = netip.MustParseAddrPort("64.4.13.58:1863")
)

// live is a capture file of the proxy, with the recorder's own packets.
var live = streamstest.File{NG: true, Application: pcapfile.Application}

// talk makes a conversation of lines "C: ..." and "S: ...", each in a packet of
// its own, with \r\n and the like as in Go. A line "+ ..." is a comment of the
// next packet.
func talk(start int64, script string) streamstest.Conversation {
	c := streamstest.Conversation{Addr: [2]netip.AddrPort{client, server}, ISN: [2]uint32{1000, 2000}, Start: 1e18 + start}
	var comments []string
	unquote := strings.NewReplacer(`\r`, "\r", `\n`, "\n")
	for line := range strings.Lines(script) {
		kind, text, _ := strings.Cut(strings.Trim(line, "\t\n"), " ")
		switch kind {
		case "C:", "S:":
			t := streamstest.Turn{Data: []byte(unquote.Replace(text)), Comments: comments}
			if kind == "S:" {
				t.Side = 1
			}
			c.Turns = append(c.Turns, t)
			comments = nil
		case "+":
			comments = append(comments, "msnscope: "+text)
		}
	}
	return c
}

// capture is the file in which the conversations were captured.
func capture(f streamstest.File, convs ...streamstest.Conversation) []byte {
	return f.Bytes(streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(streamstest.Merge(convs)))
}

// recorded is what the proxy's recorder writes for what do does.
func recorded(t testing.TB, do func(*record.File)) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "live.pcapng")
	f, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	do(f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edit is the comment of an edit.
func edit(dir decode.Direction, offset int, old, new string) event.Comment {
	return event.Comment{Edit: &event.Edit{Dir: dir, Offset: int64(offset), Old: []byte(old), New: []byte(new)}}
}

// chatter makes n conversations of users who sign in or chat, about size bytes
// each, that go on at the same time.
func chatter(rng *rand.Rand, n, size int) []streamstest.Conversation {
	convs := streamstest.Random(rng, n, 0)
	for i := range convs {
		c := &convs[i]
		c.Addr[0] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 1044)
		user := fmt.Sprintf("user%d@hotmail.com", i/4)
		say := func(side int, format string, args ...any) {
			c.Turns = append(c.Turns, streamstest.Turn{Side: side, Data: fmt.Appendf(nil, format, args...)})
		}
		c.Turns = nil
		if i%4 == 0 {
			say(0, "VER 1 MSNP7 CVR0\r\n")
			say(1, "VER 1 MSNP7 CVR0\r\n")
			say(0, "USR 2 MD5 I %s\r\n", user)
			say(1, "USR 2 MD5 S 1013928519.693957190\r\n")
			say(0, "USR 3 MD5 S 7f919fab309532df353c901430df36fa\r\n")
			say(1, "USR 3 OK %s Some%%20Body 1\r\n", user)
			say(0, "SYN 4 0\r\n")
			for k := 1; k <= size/60; k++ {
				say(1, "LST 4 FL 9 %d %d friend%d@hotmail.com My%%20Friend%%20%d 0\r\n", k, size/60, k, k)
			}
			say(0, "XFR 5 SB\r\n")
			say(1, "XFR 5 SB 64.4.13.1:1863 CKI 17.%d\r\n", i)
			say(0, "ADD 6 AL nobody nobody\r\n")
			say(1, "201 6\r\n")
			continue
		}
		say(0, "USR 1 %s 17.%d\r\n", user, i-i%4)
		say(1, "USR 1 OK %s Some%%20Body\r\n", user)
		say(0, "CAL 2 friend@hotmail.com\r\n")
		say(1, "CAL 2 RINGING %d\r\n", i)
		for k := 3; k < 3+size/250; k++ {
			body := "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ff; CS=0; PF=22\r\n\r\n" +
				strings.Repeat("so what do you think? ", 1+rng.IntN(4))
			if rng.IntN(2) == 0 {
				say(1, "MSG friend@hotmail.com My%%20Friend %d\r\n%s", len(body), body)
				continue
			}
			say(0, "MSG %d A %d\r\n%s", k, len(body), body)
			say(1, "ACK %d\r\n", k)
		}
	}
	return convs
}
