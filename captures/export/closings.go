// This file knows which connection ends next.

package export

// closings is a heap of when the ends of connections are to be written, the first
// in front.
type closings []closing

type closing struct{ at, connection int64 }

func (c closings) Len() int           { return len(c) }
func (c closings) Less(i, j int) bool { return c[i].at < c[j].at }
func (c closings) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *closings) Push(x any)        { *c = append(*c, x.(closing)) }
func (c *closings) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}
