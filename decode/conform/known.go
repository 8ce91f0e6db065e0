// This file holds what the connections of a capture show about each other's
// users: their groups, and how often signing in failed.

package conform

import (
	"strings"
	"time"
)

const (
	// maxAccounts is how many users are remembered, the ones seen last.
	maxAccounts = 1 << 10
	// maxGroupIDs is how many groups of a user are remembered; there are 30.
	maxGroupIDs = 256
	// maxGroupID is the longest id of a group, in bytes; a GUID has 36.
	maxGroupID = 64

	// loopTime is how long ago a referral or refusal still counts, loopLength how
	// many make a loop. A sign-in has one referral, two at the most.
	loopTime   = int64(2 * time.Minute)
	loopLength = 4
	// tries is how many refusals in a row are too many.
	tries = 3
	// maxTimes is how many referrals or refusals are counted.
	maxTimes = 16
)

// Known is what the connections of a capture have shown. One Known is shared by
// their Checkers, which must be fed from one goroutine.
type Known struct {
	accounts map[string]*account
	order    []string // oldest first
}

// NewKnown returns a Known that nothing was shown to.
func NewKnown() *Known { return &Known{accounts: map[string]*account{}} }

// account is what is known about a user.
type account struct {
	groups map[string]bool
	whole  bool // groups are all there are

	referred []int64 // times of XFR NS since the last sign-in
	refused  []int64 // times of 911 since then
}

// account returns what is known about a user, to be added to. A user without a
// name is nobody's.
func (k *Known) account(handle string) *account {
	handle = strings.ToLower(handle)
	if handle == "" {
		return &account{}
	}
	a := k.accounts[handle]
	if a == nil {
		if len(k.order) == maxAccounts {
			delete(k.accounts, k.order[0])
			k.order = append(k.order[:0], k.order[1:]...)
		}
		a = &account{}
		k.accounts[handle] = a
		k.order = append(k.order, handle)
	}
	return a
}

func (a *account) add(id []byte) {
	if len(id) == 0 || len(id) > maxGroupID || len(a.groups) >= maxGroupIDs {
		return
	}
	if a.groups == nil {
		a.groups = map[string]bool{}
	}
	a.groups[string(id)] = true
}

// happened adds a time to those not longer ago than loopTime and returns how
// many they are.
func happened(times *[]int64, now int64) int {
	recent := (*times)[:0]
	for i, t := range *times {
		if now-t <= loopTime && len(*times)-i < maxTimes {
			recent = append(recent, t)
		}
	}
	*times = append(recent, now)
	return len(*times)
}
