// This file appends numbers, of which every line has half a dozen.

package event

import (
	"math/bits"
	"slices"
	"strconv"
)

// pairs are the numbers of two digits, one behind the other.
const pairs = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"

// powers are those of ten, up to the largest an int64 can hold.
var powers = func() (p [19]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// appendInt is strconv.AppendInt in decimal, written where it stays: that one
// goes by way of a buffer, which takes twice the time.
func appendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	u := uint64(n)
	if u < 10 {
		return append(dst, byte('0'+u))
	}
	digits := bits.Len64(u) * 1233 >> 12 // log10(2) is 1233/4096
	if digits < len(powers) && u >= powers[digits] {
		digits++
	}
	end := len(dst) + digits
	dst = slices.Grow(dst, digits)[:end]
	for u >= 10 {
		two := u % 100 * 2
		u /= 100
		dst[end-1], dst[end-2] = pairs[two+1], pairs[two]
		end -= 2
	}
	if u > 0 {
		dst[end-1] = byte('0' + u)
	}
	return dst
}
