// This file feeds a Timeline anything: it must keep to its limits, and asking
// for a moment must give what Now gave then.

package roster

import (
	"strings"
	"testing"

	"msnscope/decode"
)

func FuzzTimeline(f *testing.F) {
	f.Add("S VER 1 MSNP7\nS SYN 5 9\nS LSG 5 9 1 1 0 A 0\nS LST 5 FL 9 1 1 a@b A 0,1\nS BPR 9 a@b PHH 1\nS LST 5 RL 9 0 0\nS RMG 6 10 0\n")
	f.Add("S VER 1 MSNP8\nC SYN 1 0\nS SYN 1 2 1 1\nS LSG 0 A 0\nS LST a@b A 11 0\nS BPR PHM 1\nS LST c@d C 4\n")
	f.Add("S VER 1 MSNP7\nS ADD 1 FL 2 a@b A 3\nS NLN AWY a@b A\nS REM 1 FL 3 a@b 3\nS REM 1 FL 3 a@b\nS FLN a@b\nC PNG\nC PNG\nS OUT OTH\n")
	f.Add("S VER 1 MSNP7\nS ADG 1 2 ~ 0\nS ADG 1 2 0 ~ 0\nS REG 1 2 0  0\nS LSG 1 2 1 0 0 x 0\nS LST 1 FL 1 1 1 a@b A 0,,0,1\nS LST 1 FL 1 2 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		var tl Timeline
		c := decode.NewConn()
		var event int64
		var then []string
		for line := range strings.Lines(text) {
			dir := decode.C2S
			if line[0] == 'S' {
				dir = decode.S2C
			}
			c.Feed(dir, []byte(line[min(2, len(line)):]), func(dir decode.Direction, f *decode.Frame) {
				event++
				if f.Kind == decode.FrameCommand {
					a := decode.Annotate(f.Raw, f.Line, f.Body, c.Context(dir))
					tl.Feed(event, event, dir, &a)
				}
				then = append(then, flat(tl.Now()))
			})
			if len(then) > 200 {
				break
			}
		}
		for i, want := range then {
			if got := flat(tl.At(int64(i + 1))); got != want {
				t.Fatalf("after event %d: %s", i+1, firstDifference(got, want))
			}
		}
		tl.Changes(0, event)
		for _, c := range tl.Now().Contacts {
			tl.Presence(c.Handle)
		}
	})
}
