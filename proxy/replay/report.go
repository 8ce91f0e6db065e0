// This file holds what there is to say of a replay.

package replay

import "fmt"

// maxMishaps bounds the mishaps that are listed one by one.
const maxMishaps = 1000

// Mishap is something that did not go as it was recorded.
type Mishap struct {
	Event int64 // recorded, 0: of what was not recorded
	Text  string
}

// Report says how a replay went.
type Report struct {
	Connections int // played
	Said        int // commands of the side that was played
	Heard       int // commands of the other side that came as recorded
	Missed      int // that did not come
	Extra       int // that came and were not recorded
	Mishaps     []Mishap
}

// String returns one line.
func (r *Report) String() string {
	return fmt.Sprintf("%d connections: %d commands said, %d heard as recorded, %d missed, %d more than recorded", r.Connections, r.Said, r.Heard, r.Missed, r.Extra)
}

func (r *Report) mishap(id int64, format string, a ...any) {
	if len(r.Mishaps) < maxMishaps {
		r.Mishaps = append(r.Mishaps, Mishap{id, fmt.Sprintf(format, a...)})
	}
}
